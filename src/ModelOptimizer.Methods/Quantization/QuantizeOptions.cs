namespace ModelOptimizer.Methods.Quantization;

/// <summary>A step's options, checked.</summary>
internal sealed record QuantizeOptions
{
    private const string WhatWeightsAre = "How many bits a weight takes; fp16 keeps it a floating-point number, ternary is −1, 0 and 1 times a scale.";

    private const string WhatRoundingIs =
        "Weights make up for each other's rounding errors, as the calibration data asks for, or each becomes the nearest number (needs no data).";

    private const string WhatFormIs = "How the file holds them: packed, and unpacked to floating-point numbers when a runtime loads the model.";

    public required LayerMap<string> Weights { get; init; }

    /// <summary>Whether weights are rounded under the second moments of their inputs.</summary>
    public bool UnderMoments { get; init; }

    public required LayerRules Layers { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    public static IReadOnlyList<MethodOption> Declarations { get; } =
    [
        new("weights", OptionKind.ChoiceByLayer, WhatWeightsAre) { Choices = [.. WeightFormat.All.Select(format => format.Name)] },
        new("rounding", OptionKind.Choice, WhatRoundingIs, "gptq") { Choices = ["gptq", "nearest"] },
        new("form", OptionKind.Choice, WhatFormIs, "stored") { Choices = ["stored"] },
        new("layers", OptionKind.Layers, "Which layers; absent, every layer with a constant weight."),
    ];

    /// <exception cref="DiagnosticException">There are no widths.</exception>
    public static QuantizeOptions From(MethodArguments arguments) => new()
    {
        Weights = arguments.TryGet<LayerMap<string>>("weights", out var weights) ? weights : throw NoWidths(arguments),
        UnderMoments = !arguments.Is("rounding", "nearest"),
        Layers = arguments.TryGet<LayerRules>("layers", out var layers) ? layers : new LayerRules([new LayerRule("*")]),
        Position = arguments.Position,
    };

    private static DiagnosticException NoWidths(MethodArguments arguments) => new(
        MethodCodes.NoGoal,
        "the step does not say how many bits a weight shall take. Write 'weights: 4' (8 loses nothing, 4 with calibration data mostly little).",
        arguments.Position);
}
