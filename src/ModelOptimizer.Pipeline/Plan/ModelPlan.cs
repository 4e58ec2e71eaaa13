namespace ModelOptimizer.Pipeline.Plan;

/// <summary>One entry of <c>models:</c>.</summary>
internal sealed record ModelPlan
{
    /// <summary>The entry's key.</summary>
    public required string Name { get; init; }

    /// <summary>Where the entry is written.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Absolute path of the ONNX file.</summary>
    public required string Source { get; init; }

    /// <summary>Where the path is written.</summary>
    public required SourcePosition SourcePosition { get; init; }

    /// <summary>Absolute path to write to; null for the default of the command line or the build.</summary>
    public string? Output { get; init; }

    /// <summary>How long one call of ONNX Runtime may take; null for a time that goes with the model's size.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Absolute paths of libraries with operators that ONNX Runtime does not have.</summary>
    public IReadOnlyList<string> CustomOps { get; init; } = [];

    /// <summary>What initialisers are that the graph has among its inputs too.</summary>
    public InitializerUse Initializers { get; init; }

    /// <summary>Whether what is neither weight nor structure goes before the first step.</summary>
    public bool Strip { get; init; } = true;

    /// <summary>What the methods learn the activations from.</summary>
    public CalibrationPlan? Calibrate { get; init; }

    /// <summary>What the model is measured on.</summary>
    public EvaluationPlan? Evaluate { get; init; }

    /// <summary>The methods, in order.</summary>
    public required IReadOnlyList<StepPlan> Steps { get; init; }

    /// <summary>What must hold afterwards.</summary>
    public required IReadOnlyList<GatePlan> Gates { get; init; }

    /// <summary>Relative error of an output above which a run warns. It changes nothing of the result.</summary>
    public required double WarnOutputError { get; init; }

    /// <summary>How the build ships the result.</summary>
    public EmbedPlan? Embed { get; init; }

    /// <summary>
    /// This model's part of the manifest, the datasets it uses included, in a canonical form that does not depend on formatting, comments, key order or where
    /// the checkout lies: part of a result's cache key.
    /// </summary>
    public required string Canonical { get; init; }
}

/// <summary>What initialisers are that the graph has among its inputs too.</summary>
internal enum InitializerUse
{
    /// <summary>Constants, like all others.</summary>
    Constants,

    /// <summary>Inputs with a value for callers that give none, so that nothing relies on their numbers.</summary>
    Inputs,
}
