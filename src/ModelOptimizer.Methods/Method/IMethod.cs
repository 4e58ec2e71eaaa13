namespace ModelOptimizer.Methods;

/// <summary>A published method. It never touches files, gates, the console or other methods.</summary>
internal interface IMethod
{
    /// <summary>The manifest's key, such as <c>tucker</c>.</summary>
    string Name { get; }

    /// <summary>One line for lists.</summary>
    string Summary { get; }

    /// <summary>Authors, title, venue, identifier.</summary>
    string Paper { get; }

    /// <summary>Whether it makes single layers smaller; false for one that only trains them, or that takes blocks of layers.</summary>
    bool CompressesLayers => true;

    /// <summary>Whether its steps have <see cref="IStep.Choices"/>, so that a search can decide (<c>budget: auto</c>).</summary>
    bool OffersChoices => false;

    /// <summary>Whether every layer's output stays about what it was: then later steps can still bring it nearer to the original's.</summary>
    bool KeepsLayerOutputs => false;

    /// <summary>What can be set in the manifest. Readers, help, schema and documentation all come from here.</summary>
    IReadOnlyList<Option> Options { get; }

    /// <summary>Why it leaves a layer alone, whatever its options and the layer's numbers are; null when it may take it.</summary>
    /// <param name="layer">A layer of any kind but <see cref="LayerKind.Other"/>.</param>
    /// <param name="shapes">Shapes for one sample; empty where they are not known.</param>
    string? Obstacle(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) => layer.Obstacle ?? OtherKind.Obstacle(layer);

    /// <summary>The steps that a step of this method stands for, which are read in its place; none where it is one itself.</summary>
    /// <param name="step">It as written.</param>
    /// <param name="arguments">The same, read.</param>
    IReadOnlyList<MapNode> StandsFor(MapNode step, MethodArguments arguments) => [];

    /// <summary>Selects the step's layers and checks its options. Nothing expensive yet: what that costs, <see cref="IStep.Plan"/> says.</summary>
    /// <exception cref="DiagnosticException">The options do not fit the model.</exception>
    IStep Prepare(StepContext context, MethodArguments arguments);
}

/// <summary>What a method that knows Conv, Gemm and MatMul only has against another layer.</summary>
internal static class OtherKind
{
    /// <summary>The reason; null where all methods know the layer's kind.</summary>
    public static string? Obstacle(WeightLayer layer) =>
        layer.Kind is LayerKind.Recurrent or LayerKind.ConvTranspose ? $"it takes no {layer.Node.OpType}" : null;
}

/// <summary>A method on one model. What is expensive is computed when it is first needed, and kept: a search applies a step many times.</summary>
internal interface IStep
{
    /// <summary>What applying it would touch and need.</summary>
    /// <exception cref="DiagnosticException">The options do not fit the model.</exception>
    MethodPlan Plan { get; }

    /// <summary>What could be done to each layer; empty where a search has nothing to choose from.</summary>
    /// <exception cref="DiagnosticException">There is nothing to choose.</exception>
    IReadOnlyList<LayerChoices> Choices() => [];

    /// <summary>Compresses a clone of <see cref="StepContext.Model"/>.</summary>
    /// <param name="chosen">
    /// What is decided already, by layer: the step does that and nothing else, and the goal in its options is not looked at. A layer that is not named stays as
    /// it is. The same choices give the same bytes as the run that made them. Null lets the method decide.
    /// </param>
    /// <exception cref="DiagnosticException">The goal cannot be reached, the choices do not fit (MOC1305), or the model would not be smaller
    /// (MOC2101).</exception>
    StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen);

    /// <summary>About what <see cref="Apply"/> makes of <paramref name="chosen"/>, at a part of the cost; null where there is no such thing.</summary>
    OnnxModel? Sketch(IReadOnlyDictionary<string, Choice> chosen) => null;

    /// <summary>
    /// What <see cref="Apply"/> makes of <paramref name="chosen"/> but for the numbers, which are zeros: to be timed. Null where there is no such thing.
    /// </summary>
    OnnxModel? Outline(IReadOnlyDictionary<string, Choice> chosen) => null;
}

/// <summary>What a step would touch and need.</summary>
/// <param name="TargetLayers">Names of the layers that the method would work on.</param>
/// <param name="PeakBytes">Predicted peak memory of the statistics and the solver, in bytes.</param>
/// <param name="Flops">Predicted floating-point operations.</param>
internal sealed record MethodPlan(IReadOnlyList<string> TargetLayers, long PeakBytes, double Flops);

/// <summary>The compressed model and what was done to each layer.</summary>
internal sealed record StepResult(OnnxModel Model, IReadOnlyList<LayerOutcome> Layers)
{
    /// <summary>What is worth a plot: errors over ranks, objectives over sweeps, losses over steps.</summary>
    public IReadOnlyList<Series> Series { get; init; } = [];

    /// <summary>What the method can prove or measure of its result.</summary>
    public IReadOnlyList<Certificate> Certificates { get; init; } = [];

    /// <summary>The steps of a training where time decided their number; null otherwise.</summary>
    public int? StepsByTime { get; init; }
}
