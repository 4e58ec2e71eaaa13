using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>The model to train, beside the original that teaches it.</summary>
/// <param name="Stored">The student as it is stored. Not to be changed.</param>
/// <param name="Model">
/// The same with the weights of <paramref name="Coded"/> as plain numbers, and in float32 where it is float16: what is trained. Not to be changed.
/// </param>
/// <param name="Shapes">Its shapes for one sample.</param>
/// <param name="Outputs">What it learns.</param>
/// <param name="Batch">Samples of a step.</param>
/// <param name="TeacherBatch">Samples that the original takes at once.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Weights">What is trained.</param>
/// <param name="Coded">Those of the weights that are stored as codes, and that stay on their grids.</param>
/// <param name="Factors">Of layers whose weight is a product that is made at load, by that weight: the factors.</param>
internal sealed record Student(
    OnnxModel Stored,
    OnnxModel Model,
    IReadOnlyDictionary<string, long[]> Shapes,
    IReadOnlyList<TaughtOutput> Outputs,
    int Batch,
    int TeacherBatch,
    IReadOnlyList<WeightLayer> Layers,
    IReadOnlyList<string> Weights,
    IReadOnlyDictionary<string, CodedWeight> Coded,
    IReadOnlyDictionary<string, IReadOnlyList<ConstantTensor>> Factors
)
{
    private readonly HashSet<string> _trained = [.. Weights];

    /// <summary>Those of the weights that are stored as float16.</summary>
    public IReadOnlySet<string> Halves { get; } = SinglePrecision.Halves(Stored, Weights).ToHashSet(StringComparer.Ordinal);

    /// <summary>The output that labels are about.</summary>
    public TaughtOutput Classes => Outputs[0];

    /// <summary>The loss of a student that guesses: equal probabilities, the mean, or a right angle.</summary>
    public double Guess => Outputs.Average(output => output.Loss == OutputLoss.Classes ? Math.Log(output.Row[^1]) : 1);

    /// <summary>Number of trained numbers.</summary>
    public long WeightCount => Weights.Sum(weight => Shapes[weight].Product());

    /// <summary>Why the weight of a layer stays as it is; null when it is trained.</summary>
    public string? Obstacle(WeightLayer layer) =>
        PartsOf(layer).Any(_trained.Contains) ? null
            : layer.Obstacle ?? (layer.ElementType == (int)DataType.Float ? "not selected" : "its weight is not float32");

    /// <summary>The constants that a layer's weight is: itself, or its factors.</summary>
    public IEnumerable<string> PartsOf(WeightLayer layer) =>
        Factors.TryGetValue(layer.Weight, out var factors) ? factors.Select(factor => factor.Name) : [layer.Weight];

    /// <summary>The student of a step.</summary>
    /// <exception cref="DiagnosticException">It does not run, cannot be compared with the original, or has nothing to train.</exception>
    public static Student Of(StepContext context, DistillationOptions options)
    {
        var stored = context.Student ?? context.Model;
        var shapes = context.Student is null ? context.Shapes : ShapeProbe.Run(context.Engine, stored);
        var coded = CodedWeight.Read(context, stored, shapes);
        var plain = coded.Count > 0 ? CodedWeight.ToPlain(stored, coded) : stored;
        var model = SinglePrecision.IsNeeded(plain) ? SinglePrecision.Of(plain) : plain;
        RequireSameInputs(context, model, options);
        var taught = new TaughtOutputs(context, model, options);
        var outputs = taught.Choose();
        var batch = taught.IsOneByOne ? 1 : options.Batch;
        var layers = LayerFinder.Find(model);
        var factors = TrainableWeights.Factors(model, LayerFinder.FindAll(model));
        var weights = TrainableWeights.Find(
            model, [.. outputs.Select(output => output.Student)], factors.Values.SelectMany(parts => parts).Select(factor => factor.Name));
        if (options.Layers is { } rules)
        {
            var selected = LayerSelector.Select(layers, rules)
                .SelectMany(layer => Parts(layer).Concat(factors.GetValueOrDefault(layer.Weight, []).Select(factor => factor.Name)))
                .ToHashSet(StringComparer.Ordinal);
            weights = [.. weights.Where(selected.Contains)];
        }

        Differentiation.RequireRules(model, weights, outputs.Select(output => output.Student));
        return weights.Count > 0
            ? new Student(
                stored,
                model,
                shapes,
                outputs,
                TrainingGraph.BatchOf(model, batch),
                TrainingGraph.BatchOf(context.Original, batch),
                layers,
                weights,
                coded.Where(weight => weights.Contains(weight.Key)).ToDictionary(StringComparer.Ordinal),
                factors)
            : throw new DiagnosticException(
                MethodCodes.NothingToTrain,
                $"{(options.Layers is null ? "the model has" : "the selected layers have")} no float32 or float16 weights that could be trained: "
                    + "those that are computed are not, but for codes of 'quantize' and factors with 'storage: stored'. Train before the steps that make such "
                    + "weights, or export the model in float32.",
                options.Position
            );
    }

    private static IEnumerable<string> Parts(WeightLayer layer) => [layer.Weight, layer.Bias ?? "", .. layer.BatchNormalization?.Input.Skip(1) ?? []];

    private static void RequireSameInputs(StepContext context, OnnxModel model, DistillationOptions options)
    {
        HashSet<string> Inputs(OnnxModel of) =>
            [.. of.Graph.Input.Select(input => input.Name).Except(of.Graph.Initializer.Select(tensor => tensor.Name), StringComparer.Ordinal)];

        if (Inputs(model).Except(Inputs(context.Original)).FirstOrDefault() is { } input)
        {
            throw new DiagnosticException(
                MethodCodes.OtherStudent,
                $"the student has an input '{input}', and the original has {string.Join(", ", Inputs(context.Original).Select(name => $"'{name}'"))}. Call the "
                    + "student's inputs as the original's.",
                options.PositionOf("student"));
        }
    }
}

/// <summary>
/// What a network learned: weights and biases of its layers, scales and shifts of its normalisations, and vectors that are added or multiplied. Statistics of
/// batch normalisations, embeddings and other constants stay as they are.
/// </summary>
internal static class TrainableWeights
{
    /// <summary>
    /// The names of the float32 constants that can be trained and that <paramref name="outputs"/> depend on, in the order in which the model reads them.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="outputs">What is trained for.</param>
    /// <param name="factors">Constants that are known to make weights at load.</param>
    public static IReadOnlyList<string> Find(OnnxModel model, IReadOnlyList<string> outputs, params IEnumerable<string> factors)
    {
        var atLoad = factors.ToHashSet(StringComparer.Ordinal);
        var needed = Behind(model, outputs);
        var constants = new ConstantLookup(model.Graph);
        var loadTime = new LoadTimeNodes(model.Proto);
        var given = GivenTensors.Of(model.Proto);
        var uses = new TensorUses(model.Proto);
        bool IsFree(ConstantTensor constant) =>
            constant.Tensor.DataType == (int)DataType.Float && needed.Contains(constant.Name) && !given.Contains(constant.Name) && !uses.IsOutput(constant.Name)
            && (constant.Node is null || constant.Node.Attribute("value") is not null) && WeightValues.Defect(constant.Tensor) is null;
        return
        [
            .. model.Graph.Node
                .SelectMany(node => node.Input.Select((name, place) => (Constant: constants.Find(name), node, place)))
                .Where(input => input.Constant is { } constant && IsFree(constant)
                    && (loadTime.Contains(input.node) ? atLoad.Contains(constant.Name) : IsLearned(input.node.Operator(), input.place, constant.Tensor)))
                .Select(input => input.Constant!.Name)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The factors that make the weights of some of <paramref name="layers"/> at load, by weight.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<ConstantTensor>> Factors(OnnxModel model, IReadOnlyList<WeightLayer> layers)
    {
        var constants = new ConstantLookup(model.Graph);
        var loadTime = new LoadTimeNodes(model.Proto);
        var makers = model.Graph.Node.Where(loadTime.Contains)
            .SelectMany(node => node.Output.Select(output => (output, node)))
            .ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);
        var found = new Dictionary<string, IReadOnlyList<ConstantTensor>>(StringComparer.Ordinal);
        foreach (var layer in layers.Where(layer => makers.ContainsKey(layer.Weight)))
        {
            if (FactoredWeight.Read(layer, makers.GetValueOrDefault, constants) is { } factored)
            {
                IEnumerable<ConstantTensor?> parts = [factored.Input, .. factored.Cores, factored.Output];
                found[layer.Weight] = [.. parts.OfType<ConstantTensor>()];
            }
        }

        return found;
    }

    private static HashSet<string> Behind(OnnxModel model, IEnumerable<string> outputs)
    {
        var needed = outputs.ToHashSet(StringComparer.Ordinal);
        foreach (var node in model.Graph.Node.Reverse().Where(node => node.Output.Any(needed.Contains)))
        {
            needed.UnionWith(node.Input);
        }

        return needed;
    }

    private static bool IsLearned(string? operation, int place, TensorProto tensor) => operation switch
    {
        "Conv" or "ConvTranspose" or "Gemm" => place is 1 or 2,
        "BatchNormalization" or "LayerNormalization" or "InstanceNormalization" or "GroupNormalization" => place is 1 or 2,
        "LSTM" or "GRU" => place is 1 or 2 or 3,
        "MatMul" => tensor.Dims.Count >= 2,
        "PRelu" => place == 1,
        // Masks and positions are no vectors, and a single number is more likely part of a formula.
        "Add" or "Mul" => tensor.Dims.Count(extent => extent != 1) == 1,
        _ => false,
    };
}
