using ModelOptimizer.Methods.Distillation;

namespace ModelOptimizer.Methods.Auto;

/// <summary>The steps that a person who knows all methods would write, for what shall be small.</summary>
internal sealed class AutoMethod : IMethod
{
    // What brought back most on ResNet-20, see docs/results.md.
    private static readonly (string Key, string Value)[] Recipe =
        [("batch", "128"), ("learning-rate", "1e-3"), ("temperature", "2"), ("schedule", "cosine"), ("warm-up", "5%")];

    private static readonly Dictionary<AutoObjective, BudgetMeasure> Measures = new()
    {
        [AutoObjective.Shipped] = BudgetMeasure.Shipped,
        [AutoObjective.Size] = BudgetMeasure.Size,
        [AutoObjective.Macs] = BudgetMeasure.Macs,
        [AutoObjective.Latency] = BudgetMeasure.Latency,
    };

    private const string Fixed = "limits the search of the gates, and 'budget' says here how small the model shall become. Remove one of the two.";

    private static readonly KeySet Keys = new();

    private static readonly Option<AutoObjective> Small = Keys.Add<AutoObjective>(new(
        "objective",
        Forms.OneOf<AutoObjective>(),
        "What shall be small: shipped, the bytes that the model adds to the application once they are compressed; size, its file; macs, its multiply-adds; "
            + "latency, the time of one run on this machine.",
        "shipped"));

    private static readonly Option<Budget?> Within = Keys.Add(SearchOptions.Budget with
    {
        Of = Budget.FormOfAny,
        Summary = "How small: { shipped: 6% }, { size: 12% } or { macs: 50% }, as 'objective' is; absent, auto: the least that passes the gates.",
        OnlyIf =
        [
            new(
                arguments => arguments.Get(SearchOptions.Budget) is not { } budget
                    || budget == Budget.Auto
                    || budget.Measure == Measures[arguments.Get(Small)],
                "counts something else than 'objective', which is shipped unless written. Write the same in both."),
        ],
    });

    private static readonly Option<LayerRules?> Layers = Keys.Add<LayerRules?>(new(
        "layers",
        LayerForms.Rules,
        "Which layers; absent, every one with a weight."));

    private static readonly Option<Heal?> Healing = Keys.Add<Heal?>(new(
        "heal",
        Heal.Form,
        "Every candidate is trained for so many steps to answer as the original does, its codes kept on their grid, before it is measured."));

    private static readonly Option<int?> MaxEvaluations = Keys.Add(SearchOptions.MaxEvaluations with { OnlyIf = [IsSearched] });

    private static readonly Option<double?> MaxMinutes = Keys.Add(SearchOptions.MaxMinutes with { OnlyIf = [IsSearched] });

    public string Name => "auto";

    public string Summary =>
        "All methods in one budget: the fewest shipped bytes, the smallest file, the fewest multiply-adds or the least time that the gates allow. Writes the "
            + "steps for you.";

    public string Paper => "What it does to a layer is what the methods that it chooses from do.";

    /// <remarks>Others do, in its place.</remarks>
    public bool CompressesLayers => false;

    public IReadOnlyList<Option> Options => Keys;

    private static Condition IsSearched =>
        new(arguments => arguments.Get(SearchOptions.Budget) is null or { IsAuto: true }, Fixed) { Code = KeyCodes.Conflict };

    /// <inheritdoc/>
    public IReadOnlyList<MapNode> StandsFor(MapNode step, MethodArguments arguments)
    {
        // Errors point to what was written; what was not points to the step.
        Node At(string text) => new ScalarNode(text, IsPlain: true, step.Position);
        List<(ScalarNode Key, Node Value)> written = [.. step.Entries.Where(entry => entry.Key.Text is not ("method" or "objective" or "heal" or "budget"))];
        if (arguments.Get(Within) is { IsAuto: false })
        {
            written.Add(step.Entries.First(entry => entry.Key.Text == Within.Name));
        }
        else
        {
            Node Measured(string what) => new MapNode([((ScalarNode)At(what), At("auto"))], step.Position);
            written.Add(((ScalarNode)At("budget"), arguments.Get(Small) switch
            {
                AutoObjective.Macs => Measured("macs"),
                AutoObjective.Latency => Measured("latency"),
                _ => At("auto"),
            }));
        }

        MapNode Step(string method, IEnumerable<(ScalarNode Key, Node Value)> more, params (string Key, string Value)[] own) => new(
            [((ScalarNode)At("method"), At(method)), .. own.Select(entry => ((ScalarNode)At(entry.Key), At(entry.Value))), .. more],
            step.Position);
        List<MapNode> steps = (arguments.Get(Small), arguments.Get(Within)) switch
        {
            (AutoObjective.Shipped, _) => [Step("quantize", written, ("rate", "auto"))],
            (AutoObjective.Size, { IsAuto: false }) => [Step("quantize", written, ("weights", "auto"))],
            (AutoObjective.Size, _) => [Step("cp", written, ("storage", "stored")), Step("quantize", written, ("weights", "auto"))],
            (AutoObjective.Latency, _) => [Step("cp", written, ("keep", "faster")), Step("tucker", written, ("keep", "faster"))],
            (_, { IsAuto: false }) => [Step("cp", written)],
            _ => [Step("cp", written), Step("tucker", written)],
        };
        if (arguments.Get(Healing) is { } heal)
        {
            var layers = written.Where(entry => entry.Key.Text == Layers.Name);
            steps.Add(Step("distill", layers, [.. heal.Length, .. Recipe]));
        }

        return steps;
    }

    IStep IMethod.Prepare(StepContext context, MethodArguments arguments) => throw new InvalidOperationException("the steps that it stands for are prepared");
}

/// <summary>What <c>objective</c> may be.</summary>
internal enum AutoObjective
{
    /// <summary>Bytes that the model adds to the application.</summary>
    Shipped,

    /// <summary>Bytes of the file.</summary>
    Size,

    /// <summary>Multiply-adds of one sample.</summary>
    Macs,

    /// <summary>Time of one run on this machine.</summary>
    Latency,
}

/// <summary>A training behind the other steps.</summary>
/// <param name="Steps">How long it is.</param>
/// <param name="Minutes">How long it may take; null for as long as the steps take.</param>
internal sealed record Heal(int Steps, double? Minutes)
{
    private static readonly KeySet Keys = new() { NeedsOneOf = ["steps", "minutes"] };

    private static readonly Option<int> StepsKey = Keys.Add<int>(new("steps", Forms.Whole(1, 100_000_000), "The number of steps.", "1000")
    {
        Example = "1000",
    });

    private static readonly Option<double?> MinutesKey = Keys.Add(DistillationKeys.Minutes with { Example = "5" });

    /// <summary>How it is written.</summary>
    public static Form<Heal?> Form { get; } = new(
        "{ steps: 1000 }, { minutes: 5 } or both",
        () => SectionSchema.Of(Keys),
        (node, what, paths) =>
        {
            var section = new Section(node, $"'{what}'", Keys, paths);
            return new Heal(section.Read(StepsKey), section.Read(MinutesKey));
        })
    {
        Write = (heal, _) => Json.Sorted([new("steps", heal!.Steps), new("minutes", heal.Minutes)]),
    };

    /// <summary>The keys of the training that say how long it is.</summary>
    public IEnumerable<(string Key, string Value)> Length => Minutes is { } minutes
        ? [("steps", FormattableString.Invariant($"{Steps}")), ("minutes", FormattableString.Invariant($"{minutes}"))]
        : [("steps", FormattableString.Invariant($"{Steps}"))];
}
