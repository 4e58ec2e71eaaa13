namespace ModelOptimizer.Methods.Options;

/// <summary>The options that all searchable methods have.</summary>
internal static class SearchOptions
{
    /// <summary>How many candidates are evaluated when the manifest does not say.</summary>
    public const int DefaultEvaluations = 60;

    private const string WhatItLimits = "limits the search of 'budget: auto', and this step has none. Write 'budget: auto', or remove it.";

    /// <summary><c>budget</c>.</summary>
    public static Option<Budget?> Budget { get; } =
        new(
            "budget",
            Options.Budget.Form,
            "What may remain of the whole model: { size | params | macs: 40%, allocation: sigma | uniform }; auto: the smallest model that passes the gates; "
            + "{ macs: auto } or { latency: auto }: the one with the fewest multiply-adds, or the fastest here, that does.")
        {
            ExclusiveGroup = "goal",
        };

    /// <summary><c>max-evaluations</c>.</summary>
    public static Option<int?> MaxEvaluations { get; } =
        new(
            "max-evaluations",
            Forms.Whole(4, 10_000).OrNone(),
            FormattableString.Invariant($"With 'budget: auto', the most candidates that are evaluated; absent, {DefaultEvaluations}."))
        {
            OnlyIf = [Budget.When(budget => budget is { IsAuto: true }, WhatItLimits) with { Code = KeyCodes.Conflict }],
        };

    /// <summary><c>max-minutes</c>.</summary>
    public static Option<double?> MaxMinutes { get; } =
        new(
            "max-minutes",
            Forms.PlainNumber(0.001, 10_000).OrNone(),
            "With 'budget: auto', when no further candidate is begun; absent, the search takes the time it takes.")
        {
            OnlyIf = [Budget.When(budget => budget is { IsAuto: true }, WhatItLimits) with { Code = KeyCodes.Conflict }],
        };

    /// <summary>Whether a step leaves its decisions to a search.</summary>
    public static bool IsSearched(MethodArguments arguments) => arguments.Get(Budget) is { IsAuto: true };

    /// <summary>The most candidates that a step's search may evaluate.</summary>
    public static int Evaluations(MethodArguments arguments) => arguments.Get(MaxEvaluations) ?? DefaultEvaluations;

    /// <summary>When a step's search ends with the best so far; null for no such time.</summary>
    public static TimeSpan? Time(MethodArguments arguments) => arguments.Get(MaxMinutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null;
}
