using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>One run's student and layers, and what the run needs.</summary>
internal sealed class OpdfWork
{
    // Of a decomposition: numbers of 8 bytes in about so many matrices of the weight's size and of d×d.
    private const int MatricesAtOnce = 8;

    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <exception cref="DiagnosticException">The options do not fit the models.</exception>
    public OpdfWork(StepContext context, OpdfOptions options)
    {
        Student = Student.Of(context, options.Training);
        Training = new StudentTraining(context, options.Training, Student);
        var (own, original) = (new ConstantLookup(Student.Model.Graph), new ConstantLookup(context.Original.Graph));
        var pairs =
            options.Auxiliary == AuxiliaryKind.None
                ? new Dictionary<string, WeightLayer>()
                : LayerPairs.Find(
                    Student.Layers,
                    LayerFinder.Find(context.Original),
                    context.Student is not null,
                    options.TeacherLayers,
                    options.Training.PositionOf("teacher-layers")
                );
        var chosen = new List<OverparameterisedLayer>();
        foreach (var layer in Student.Layers)
        {
            var onGrid = Student.Coded.ContainsKey(layer.Weight) ? "its numbers are on a grid" : null;
            if ((onGrid ?? TargetLayers.Obstacle(layer, own) ?? Student.Obstacle(layer)) is not { } reason)
            {
                var teacher = pairs.GetValueOrDefault(layer.Name);
                chosen.Add(
                    OverparameterisedLayer.Of(
                        layer,
                        teacher is not null && TargetLayers.IsFinite(teacher, original) ? teacher : null,
                        options.Tensors,
                        options.Rate
                    )
                );
            }
            else
            {
                _reasons.Add(layer.Name, reason);
            }
        }

        Layers =
            chosen.Count > 0
                ? chosen
                : throw new DiagnosticException(
                    MethodCodes.NothingToTrain,
                    "no layer can be over-parameterised: "
                        + (Student.Layers.Count == 0 ? "the model has none" : string.Join("; ", _reasons.Take(5).Select(pair => $"{pair.Key}: {pair.Value}")))
                        + ". Choose other layers, or use 'method: distill', which trains weights as they are.",
                    options.Training.Position
                );
    }

    public Student Student { get; }

    public StudentTraining Training { get; }

    /// <summary>Those that are over-parameterised.</summary>
    public IReadOnlyList<OverparameterisedLayer> Layers { get; }

    public MethodPlan Plan =>
        new(
            [.. Layers.Select(layer => layer.Layer.Name)],
            PeakBytes,
            Training.Flops + Decompositions + (6 * Training.Steps * Layers.Sum(layer => layer.MultiplyAdds))
        );

    /// <summary>Predicted bytes: the training's, or those of the largest decomposition.</summary>
    public long PeakBytes =>
        Math.Max(
            Training.PeakBytes(Student.WeightCount + Layers.Sum(layer => layer.Parameters - layer.Layer.WeightCount))
                + (sizeof(float) * Layers.Sum(layer => layer.Held)),
            8L * MatricesAtOnce * Layers.Max(layer => layer.Shape.Parameters)
        );

    // A singular value decomposition is about 20 products of its size.
    private double Decompositions => Layers.Sum(layer => (layer.Teacher is null ? 1 : 2) * 20 * Math.Pow(layer.Shape.Bonds.Max(), 3));

    /// <summary>What was done to a layer.</summary>
    public LayerOutcome Outcome(WeightLayer layer, TrainedStudent trained) =>
        StudentOutcome.Of(
            Student,
            layer,
            trained,
            Layers.FirstOrDefault(other => other.Layer.Name == layer.Name)?.Note ?? $"trained as it is: {_reasons.GetValueOrDefault(layer.Name)}"
        );
}

/// <summary>
/// Which weights can be over-parameterised: those of Gemm, MatMul and Conv. Biases, embeddings and normalisations are no layers here and stay as they are.
/// </summary>
internal static class TargetLayers
{
    /// <summary>Why a layer's weight is not cut into tensors; null when it can be.</summary>
    public static string? Obstacle(WeightLayer layer, ConstantLookup constants) => layer switch
    {
        { Obstacle: { } obstacle } => obstacle,
        { ElementType: not (int)DataType.Float } => "its weight is not float32",
        { Window: { Group: > 1 } window } when window.Group == layer.InputChannels => "it is depth-wise: one filter for each channel",
        _ => IsFinite(layer, constants) ? null : "its weight has numbers that are not finite",
    };

    /// <summary>Whether a layer without an obstacle has a decomposition.</summary>
    public static bool IsFinite(WeightLayer layer, ConstantLookup constants) => WeightValues.ReadDoubles(constants[layer.Weight]).All(double.IsFinite);
}
