namespace ModelOptimizer.Methods.LowRank;

/// <summary>Why a layer that could be compressed was not.</summary>
internal static class ChoiceReasons
{
    public const string NotSmaller = "its factors would not be smaller";

    public const string NotChosen = "no ranks were chosen for it";

    public const string WorthKeeping = "the budget is better saved elsewhere";
}
