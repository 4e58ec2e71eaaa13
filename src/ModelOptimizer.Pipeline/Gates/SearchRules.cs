namespace ModelOptimizer.Pipeline.Gates;

/// <summary>What a search needs.</summary>
internal static class SearchRules
{
    /// <summary>
    /// The gates that a candidate must pass: those on metrics that fail the build. What a model costs falls with its size, and time is looked at last.
    /// </summary>
    public static IReadOnlyList<GatePlan> Constraints(ModelPlan model) =>
        [
            .. model.Gates.Where(gate => gate is { Severity: DiagnosticSeverity.Error, ConfirmedOn: null } && !GateRules.Costs.Contains(gate.Metric)),
        ];

    /// <summary>Where the search is asked for.</summary>
    public static SourcePosition Position(ModelPlan model) =>
        model.Steps.LastOrDefault(step => step.IsSearched) is { } step ? PositionOf(step) : model.Position;

    /// <summary>The most candidates that may be evaluated.</summary>
    public static int Evaluations(ModelPlan model) => model.Steps.Where(step => step.IsSearched).Max(step => SearchOptions.Evaluations(step.Arguments));

    /// <summary>Whether candidates are trained after what the search decides, and before they are measured.</summary>
    public static bool IsRepaired(ModelPlan model) => model.Steps.Reverse().TakeWhile(step => !step.IsSearched).Any(step => !step.Method.CompressesLayers);

    /// <summary>When the search is to end with the best so far; null for no such time.</summary>
    public static TimeSpan? Time(ModelPlan model) => model.Steps.Where(step => step.IsSearched).Max(step => SearchOptions.Time(step.Arguments));

    /// <summary>What the searched steps are to make small.</summary>
    public static BudgetMeasure Measure(ModelPlan model) => BudgetOf(model.Steps.First(step => step.IsSearched)).Measure;

    /// <summary>Why <paramref name="model"/> cannot be searched, and where that is written; null when it can, or does not ask for it.</summary>
    public static (string Problem, SourcePosition Position)? Problem(ModelPlan model)
    {
        var searched = model.Steps.Where(step => step.IsSearched).ToList();
        if (searched.Count == 0)
        {
            return null;
        }

        if (searched.Find(step => !step.Method.OffersChoices) is { } other)
        {
            return ($"'{other.Method.Name}' cannot be searched. Give it a goal of its own.", PositionOf(other));
        }

        if (searched.Find(step => BudgetOf(step).Measure != Measure(model)) is { } another)
        {
            return ("the searched steps of a model make one thing small: the bytes with 'budget: auto', multiply-adds or time with 'budget: { macs: auto }' or "
                + "'{ latency: auto }'. Write the same in all of them.", PositionOf(another));
        }

        var position = Position(model);

        return Constraints(model).Count > 0
            ? null
            : (
                "the search of this budget makes the model as small as the gates allow, and no gate on a metric limits it. Write a gate such as "
                    + "'- top1: { max-drop: 0.5% }'; gates of severity warning do not count.",
                position
            );
    }

    private static Budget BudgetOf(StepPlan step) => step.Arguments.Get(SearchOptions.Budget)!;

    private static SourcePosition PositionOf(StepPlan step) => step.Arguments.PositionOf(SearchOptions.Budget.Name)!;
}
