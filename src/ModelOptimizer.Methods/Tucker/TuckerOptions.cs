using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>What <c>tucker</c> adds to the options of all low-rank methods.</summary>
internal static class TuckerOptions
{
    public static IReadOnlyList<MethodOption> Declarations { get; } = LowRankOptions.Declarations(
        "Ranks by hand: 16, [R_T, R_S], 50%, or a map from layer rule to one of these.",
        new MethodOption("variant", OptionKind.Choice, "The order of the updates: joint needs fewer sweeps, published is the paper's.", "joint") { Choices = ["joint", "published"] });

    public static TuckerVariant Variant(MethodArguments arguments) => arguments.Is("variant", "published") ? TuckerVariant.Published : TuckerVariant.Joint;
}
