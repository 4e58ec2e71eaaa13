namespace ModelOptimizer.Methods.Quantization;

/// <summary>A step's options, checked.</summary>
internal sealed record QuantizeOptions
{
    private const string WhatWeightsAre = "How many bits a weight takes; fp16 keeps it a floating-point number, ternary is −1, 0 and 1 times a scale.";

    private const string WhatRateIs = "In place of 'weights': bits a weight by the entropy of the codes, which is what they take once the file is compressed "
        + "('embed: { compression: auto }'). Layers get steps by what their errors do to the outputs, and make up for those before them.";

    private const string WhatRoundingIs =
        "Weights make up for each other's rounding errors, as the calibration data asks for, or each becomes the nearest number (needs no data).";

    private const string WhatFormIs = "How the file holds them: packed, and unpacked to floating-point numbers when a runtime loads the model.";

    /// <summary>The options of the method.</summary>
    public static KeySet Keys { get; } = new();

    private static readonly Option<LayerMap<string>?> WeightsKey = Keys.Add(new Option<LayerMap<string>?>(
        "weights",
        LayerForms.Words([.. WeightFormat.All.Select(format => format.Name)]),
        WhatWeightsAre)
    {
        ExclusiveGroup = "goal",
        Example = "4",
    });

    private static readonly Option<double?> RateKey = Keys.Add(new Option<double?>(
        "rate",
        Forms.Number(0.1, 8).OrNone(),
        WhatRateIs)
    {
        ExclusiveGroup = "goal",
        Example = "2",
    });

    private static readonly Option<bool> Rounding = Keys.Add<bool>(new("rounding", Forms.OneOf(("gptq", true), ("nearest", false)), WhatRoundingIs, "gptq")
    {
        OnlyIf = [RateKey.When(rate => rate is null, "has no meaning beside 'rate', which rounds in its own way. Remove it, or write 'weights'.")],
    });

    private static readonly Option<string> Form = Keys.Add<string>(new("form", Forms.Word(["stored"]), WhatFormIs, "stored"));

    private static readonly Option<LayerRules?> LayersKey = Keys.Add(new Option<LayerRules?>(
        "layers",
        LayerForms.Rules,
        "Which layers; absent, every layer with a constant weight."));

    public required LayerMap<string> Weights { get; init; }

    /// <summary>Bits a weight by entropy; 0 where <see cref="Weights"/> says the widths.</summary>
    public double Rate { get; init; }

    /// <summary>Whether weights are rounded under the second moments of their inputs.</summary>
    public bool UnderMoments { get; init; }

    public required LayerRules Layers { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <exception cref="DiagnosticException">There are no widths.</exception>
    public static QuantizeOptions From(MethodArguments arguments) => new()
    {
        Weights = arguments.Get(WeightsKey) ?? (arguments.Get(RateKey) is null ? throw NoWidths(arguments) : null!),
        Rate = arguments.Get(RateKey) ?? 0,
        UnderMoments = arguments.Get(Rounding),
        Layers = arguments.Get(LayersKey) ?? LayerRules.All,
        Position = arguments.Position,
    };

    private static DiagnosticException NoWidths(MethodArguments arguments) => new(
        MethodCodes.NoGoal,
        "the step does not say how many bits a weight shall take. Write 'weights: 4' (8 loses nothing, 4 with calibration data mostly little).",
        arguments.Position);
}
