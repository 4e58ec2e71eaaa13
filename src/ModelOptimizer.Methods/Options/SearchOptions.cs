namespace ModelOptimizer.Methods.Options;

/// <summary>The options that all searchable methods have.</summary>
internal static class SearchOptions
{
    /// <summary>How many candidates are evaluated when the manifest does not say.</summary>
    public const int DefaultEvaluations = 60;

    /// <summary><c>budget</c>.</summary>
    public static MethodOption Budget { get; } =
        new("budget", OptionKind.Budget, "What may remain of the whole model: { size | params | macs: 40%, allocation: sigma | uniform }, or auto: the smallest model that passes the gates.") { ExclusiveGroup = "goal" };

    /// <summary><c>max-evaluations</c>.</summary>
    public static MethodOption MaxEvaluations { get; } =
        new("max-evaluations", OptionKind.Integer, FormattableString.Invariant($"With 'budget: auto', the most candidates that are evaluated; absent, {DefaultEvaluations}.")) { Minimum = 4, Maximum = 10_000 };

    /// <summary>Whether a step leaves its decisions to a search.</summary>
    public static bool IsSearched(MethodArguments arguments) => arguments.TryGet<Budget>(Budget.Name, out var budget) && budget.IsAuto;

    /// <summary>The most candidates that a step's search may evaluate.</summary>
    public static int Evaluations(MethodArguments arguments) => arguments.TryGet<int>(MaxEvaluations.Name, out var most) && most > 0 ? most : DefaultEvaluations;
}
