namespace ModelOptimizer.Methods.Distillation;

/// <summary>Over-parameterised distillation: each weight is trained as a product of larger tensors, which is multiplied out afterwards.</summary>
internal sealed class OpdfMethod : IMethod
{
    public string Name => "opdf";

    public string Summary =>
        "Over-parameterised distillation: trains the model so far, or a smaller student, with each weight as a product of larger tensors. Changes no size by "
            + "itself.";

    public string Paper =>
        "Zhan, Lu, Sun, Gao: Over-parameterized Student Model via Tensor Decomposition Boosted Knowledge Distillation. NeurIPS 2024, arXiv 2411.06448";

    public bool CompressesLayers => false;

    public IReadOnlyList<Option> Options => OpdfKeys.All;

    public IStep Prepare(StepContext context, MethodArguments arguments) => new OpdfStep(context, OpdfOptions.From(arguments));

    private sealed class OpdfStep(StepContext context, OpdfOptions options) : IStep
    {
        private readonly OpdfWork _work = new(context, options);

        public MethodPlan Plan => _work.Plan;

        public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
        {
            _work.Training.RequireMemory(_work.PeakBytes);
            var parameters = new MpoParameters(context, options, _work.Student.Model, _work.Layers);
            var trained = _work.Training.Run(parameters, chosen);
            return new StepResult(trained.Model, [.. _work.Student.Layers.Select(layer => _work.Outcome(layer, trained))])
            {
                Series = [.. trained.Series("opdf"), .. parameters.AuxiliarySeries(trained.Result.Kept)],
                Certificates = [.. trained.Certificates],
                StepsByTime = trained.StepsByTime,
            };
        }
    }
}

/// <summary>Tensors in place of the weights of some layers; everything else is trained as it is.</summary>
internal sealed class MpoParameters(StepContext context, OpdfOptions options, OnnxModel student, IReadOnlyList<OverparameterisedLayer> layers)
    : IParameterisation
{
    private readonly List<MpoWeight> _weights = [];
    private readonly List<AlignedTensors> _aligned = [];
    private readonly List<SeriesPoint> _auxiliary = [];

    /// <summary>L_Aux before the first step and of the weights that are kept, which may be the same; empty when nothing is aligned.</summary>
    /// <param name="steps">The steps after which the weights were these.</param>
    public IReadOnlyList<Series> AuxiliarySeries(long steps) => _auxiliary.Count == 0 ? [] :
    [
        new Series("auxiliary loss", "opdf", "step", "L_Aux", [.. _auxiliary.Take(steps == 0 ? 1 : 2).Select(point => point with { X = point.X * steps })]),
    ];

    private ILinearAlgebra Algebra => context.Engine.LinearAlgebra;

    public string Text => options.Text;

    public IReadOnlyList<string> Add(GraphWriter graph, IReadOnlyList<string> weights)
    {
        var (own, original) = (new ConstantLookup(student.Graph), new ConstantLookup(context.Original.Graph));
        foreach (var (index, layer) in layers.Index())
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(new MethodProgress($"tensors of {layer.Layer.Name}", index, layers.Count));
            Remove(graph.Model, layer.Layer.Weight);
            var weight = MpoWeight.Add(graph, layer.Layer, Decompose(layer.Layer, own, layer.Shape));
            _weights.Add(weight);
            if (layer is { Teacher: { } teacher, TeacherShape: { } shape })
            {
                _aligned.Add(new AlignedTensors(weight, Decompose(teacher, original, shape, LayerMatrices.AreCrossed(layer.Layer, teacher))));
            }
        }

        Measure(name => WeightValues.ReadFloats(graph.Model.Graph.Initializer.Single(tensor => tensor.Name == name)));
        var replaced = layers.Select(layer => layer.Layer.Weight).ToHashSet(StringComparer.Ordinal);
        return [.. weights.Where(weight => !replaced.Contains(weight)), .. _weights.SelectMany(weight => weight.Tensors)];
    }

    public IReadOnlyList<(double Weight, string Loss)> Penalties(GraphWriter graph) =>
        options.Auxiliary == AuxiliaryKind.Differentiable && options.Lambda > 0 && _aligned.Count > 0
            ? [(options.Lambda, AuxiliaryLoss.Add(graph, _aligned))]
            : [];

    public IReadOnlyDictionary<string, double[]> Weights(Func<string, float[]> read, IReadOnlyCollection<string> trained)
    {
        Measure(read);
        var tensors = _weights.SelectMany(weight => weight.Tensors).ToHashSet(StringComparer.Ordinal);
        var result = new PlainWeights().Weights(read, [.. trained.Where(name => !tensors.Contains(name))]).ToDictionary(StringComparer.Ordinal);
        // Those of a layer that the loss does not depend on were not trained.
        foreach (var weight in _weights.Where(weight => weight.Tensors.All(trained.Contains)))
        {
            result.Add(weight.Layer.Weight, weight.Contract(Algebra, read));
        }

        return result;
    }

    private void Measure(Func<string, float[]> read)
    {
        if (_aligned.Count > 0)
        {
            _auxiliary.Add(new SeriesPoint(_auxiliary.Count, AuxiliaryLoss.Value(_aligned, read)));
        }
    }

    private List<MatrixProductOperator> Decompose(WeightLayer layer, ConstantLookup constants, MpoShape shape, bool transposed = false) =>
        [.. LayerMatrices.Read(layer, constants, transposed).Select(matrix => MpoDecomposition.Decompose(Algebra, matrix, shape))];

    private static void Remove(OnnxModel model, string initializer) =>
        model.Graph.Initializer.Remove(model.Graph.Initializer.First(tensor => tensor.Name == initializer));
}
