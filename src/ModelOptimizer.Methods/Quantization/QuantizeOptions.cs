namespace ModelOptimizer.Methods.Quantization;

/// <summary>A step's options, checked.</summary>
internal sealed record QuantizeOptions
{
    private const string WhatWeightsAre =
        "How many bits a weight takes; fp16 keeps it a floating-point number, ternary is −1, 0 and 1 times a scale; auto decides for each layer within a "
        + "budget, by what rounding it does to the outputs on the calibration data.";

    private const string WhatBudgetIs =
        "With 'weights: auto', what may remain of the model's file: { size: 15% }, or auto: the smallest model that passes the gates.";

    private const string Auto = "auto";

    private const string NoBudget =
        "is auto, and nothing says how small the model shall become. Add 'budget: { size: 15% }', or 'budget: auto' for the smallest model that "
        + "passes the gates.";

    private const string WhatRoundingIs =
        "Weights make up for each other's rounding errors, as the calibration data asks for, or each becomes the nearest number (needs no data).";

    private const string WhatFormIs = "How the file holds them: packed, and unpacked to floating-point numbers when a runtime loads the model.";

    /// <summary>The options of the method.</summary>
    public static KeySet Keys { get; } = new();

    private static readonly Option<LayerMap<string>?> WeightsKey = Keys.Add(new Option<LayerMap<string>?>("weights", Widths(), WhatWeightsAre)
    {
        OnlyIf =
        [
            new(arguments => !IsAuto(arguments.Get(WeightsKey!)) || arguments.Get(SearchOptions.Budget) is not null, NoBudget) { Code = MethodCodes.NoGoal },
        ],
    });

    private static readonly Option<Budget?> BudgetKey = Keys.Add(SearchOptions.Budget with
    {
        Of = Budget.FormOfSize,
        Summary = WhatBudgetIs,
        OnlyIf = [WeightsKey.When(IsAuto, "is shared out by 'weights: auto', and this step says itself how many bits a weight takes. Write one of the two.")],
    });

    private static readonly Option<bool> Rounding = Keys.Add<bool>(new("rounding", Forms.OneOf(("gptq", true), ("nearest", false)), WhatRoundingIs, "gptq"));

    private static readonly Option<string> Form = Keys.Add<string>(new("form", Forms.Word(["stored"]), WhatFormIs, "stored"));

    private static readonly Option<LayerRules?> LayersKey = Keys.Add(new Option<LayerRules?>(
        "layers",
        LayerForms.Rules,
        "Which layers; absent, every layer with a constant weight."));

    private static readonly Option<int?> MaxEvaluations = Keys.Add(SearchOptions.MaxEvaluations);

    /// <summary>The widths by layer; null where a budget or a search decides.</summary>
    public LayerMap<string>? Weights { get; init; }

    /// <summary>What may remain of the file; null where <see cref="Weights"/> says the widths.</summary>
    public Budget? Budget { get; init; }

    /// <summary>Whether weights are rounded under the second moments of their inputs.</summary>
    public bool UnderMoments { get; init; }

    public required LayerRules Layers { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where the budget is written.</summary>
    public SourcePosition? BudgetPosition { get; init; }

    /// <exception cref="DiagnosticException">There are no widths.</exception>
    public static QuantizeOptions From(MethodArguments arguments) => new()
    {
        Weights = arguments.Get(WeightsKey) is { } written ? (IsAuto(written) ? null : written) : throw NoWidths(arguments),
        Budget = arguments.Get(BudgetKey),
        UnderMoments = arguments.Get(Rounding),
        Layers = arguments.Get(LayersKey) ?? LayerRules.All,
        Position = arguments.Position,
        BudgetPosition = arguments.PositionOf(BudgetKey.Name),
    };

    private static bool IsAuto(LayerMap<string>? weights) => weights is { Entries: [(_, Auto)] };

    // One budget for all layers: auto stands for all of them.
    private static Form<LayerMap<string>?> Widths()
    {
        string[] formats = [.. WeightFormat.All.Select(format => format.Name)];
        var (fixedWidths, all) = (LayerForms.Words(formats), LayerForms.Words([.. formats, Auto]));
        return all with
        {
            Text = $"{fixedWidths.Text}; or {Auto}",
            Schema = () => Json.AnyOf(Json.Words([Auto]), fixedWidths.Schema()),
            Read = (node, what, paths) => node is MapNode map && map.Entries.Any(entry => entry.Value is ScalarNode { Text: Auto })
                ? throw NodeValues.Bad(
                    node,
                    $"'{what}' has 'auto' for some layers, and one budget is for all that a step takes. Write a step with bits for the others before it, and "
                    + "'layers:' in both.")
                : all.Read(node, what, paths),
        };
    }

    private static DiagnosticException NoWidths(MethodArguments arguments) => new(
        MethodCodes.NoGoal,
        "the step does not say how many bits a weight shall take. Write 'weights: 4' (8 loses nothing, 4 with calibration data mostly little), or "
            + "'weights: auto' with a budget.",
        arguments.Position);
}
