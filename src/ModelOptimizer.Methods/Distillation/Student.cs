using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>The model to train, beside the original that teaches it.</summary>
/// <param name="Stored">The student as it is stored. Not to be changed.</param>
/// <param name="Model">The same with the weights of <paramref name="Coded"/> as plain numbers: what is trained. Not to be changed.</param>
/// <param name="Shapes">Its shapes for one sample.</param>
/// <param name="Logits">What it computes before any softmax at its end.</param>
/// <param name="TeacherLogits">The same of the original.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Weights">What is trained.</param>
/// <param name="Coded">Those of the weights that are stored as codes, and that stay on their grids.</param>
/// <param name="Factors">Of layers whose weight is a product that is made at load, by that weight: the factors.</param>
internal sealed record Student(
    OnnxModel Stored,
    OnnxModel Model,
    IReadOnlyDictionary<string, long[]> Shapes,
    string Logits,
    string TeacherLogits,
    IReadOnlyList<WeightLayer> Layers,
    IReadOnlyList<string> Weights,
    IReadOnlyDictionary<string, CodedWeight> Coded,
    IReadOnlyDictionary<string, IReadOnlyList<ConstantTensor>> Factors
)
{
    private readonly HashSet<string> _trained = [.. Weights];

    /// <summary>Shape of one sample's logits, the batch first.</summary>
    public long[] LogitShape => Shapes[Logits];

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
        var model = coded.Count > 0 ? CodedWeight.ToPlain(stored, coded) : stored;
        var teacherShapes = ReferenceEquals(model, context.Original) ? shapes : ShapeProbe.Run(context.Engine, context.Original);
        var output = context.Original.Graph.Output[0].Name;
        RequireSame(context, model, output, options);
        if (!shapes.ContainsKey(output) || !teacherShapes.ContainsKey(output))
        {
            throw Other(options, "the model does not run on zeros, so its shapes are not known. Check that ONNX Runtime runs it.");
        }

        var (logits, teacherLogits) = (Tensors.Training.Logits.Of(model, output, shapes), Tensors.Training.Logits.Of(context.Original, output, teacherShapes));
        if (!HasRows(model, shapes[logits]) || !HasRows(context.Original, teacherShapes[teacherLogits])
            || !ElementTypes.IsFloat(ElementType(context.Original, output)))
        {
            throw Other(
                options,
                $"the output '{output}' is not one row of numbers a sample, so there is nothing to learn from it. Put the output with the classes' scores "
                    + "first."
            );
        }

        if (!shapes[logits].AsSpan(1).SequenceEqual(teacherShapes[teacherLogits].AsSpan(1)))
        {
            throw Other(
                options,
                $"the student's output '{output}' has the shape {Text(shapes[logits])} and the original's {Text(teacherShapes[teacherLogits])}. A student must "
                    + "have the original's classes."
            );
        }

        var layers = LayerFinder.Find(model);
        var factors = TrainableWeights.Factors(model, layers);
        var weights = TrainableWeights.Find(model, logits, factors.Values.SelectMany(parts => parts).Select(factor => factor.Name));
        if (options.Layers is { } rules)
        {
            var selected = LayerSelector.Select(layers, rules)
                .SelectMany(layer => Parts(layer).Concat(factors.GetValueOrDefault(layer.Weight, []).Select(factor => factor.Name)))
                .ToHashSet(StringComparer.Ordinal);
            weights = [.. weights.Where(selected.Contains)];
        }

        return weights.Count > 0
            ? new Student(
                stored,
                model,
                shapes,
                logits,
                teacherLogits,
                layers,
                weights,
                coded.Where(weight => weights.Contains(weight.Key)).ToDictionary(StringComparer.Ordinal),
                factors)
            : throw new DiagnosticException(
                MethodCodes.NothingToTrain,
                $"{(options.Layers is null ? "the model has" : "the selected layers have")} no float32 weights that could be trained: float16 weights are not, "
                    + "nor are those that are computed, but for codes of 'quantize' and factors with 'storage: stored'. Train before the steps that make such "
                    + "weights, or export the model in float32.",
                options.Position
            );
    }

    // Where the batch is fixed, the output has as many rows as the inputs; shapes are those of one sample where it is free.
    private static bool HasRows(OnnxModel model, long[] shape) => shape.Length > 1 && shape[0] == TrainingGraph.BatchOf(model, 1);

    private static IEnumerable<string> Parts(WeightLayer layer) => [layer.Weight, layer.Bias ?? "", .. layer.BatchNormalization?.Input.Skip(1) ?? []];

    // Exporters may leave the type to whoever loads the model; what is no number is found out by its shape.
    private static int ElementType(OnnxModel model, string output) =>
        model.Graph.Output.First(other => other.Name == output).Type?.TensorType?.ElemType ?? (int)TensorProto.Types.DataType.Float;

    private static void RequireSame(StepContext context, OnnxModel model, string output, DistillationOptions options)
    {
        HashSet<string> Inputs(OnnxModel of) =>
            [.. of.Graph.Input.Select(input => input.Name).Except(of.Graph.Initializer.Select(tensor => tensor.Name), StringComparer.Ordinal)];

        if (Inputs(model).Except(Inputs(context.Original)).FirstOrDefault() is { } input)
        {
            throw Other(
                options,
                $"the student has an input '{input}', and the original has {string.Join(", ", Inputs(context.Original).Select(name => $"'{name}'"))}. Call the "
                    + "student's inputs as the original's."
            );
        }

        if (model.Graph.Output.All(other => other.Name != output))
        {
            throw Other(
                options,
                $"the student has no output '{output}', which is what it is compared in; it has "
                    + $"{string.Join(", ", model.Graph.Output.Select(other => $"'{other.Name}'"))}. Call the student's output as the original's."
            );
        }
    }

    private static DiagnosticException Other(DistillationOptions options, string problem) =>
        new(MethodCodes.OtherStudent, problem, options.PositionOf("student"));

    private static string Text(long[] shape) => $"[{string.Join(", ", shape.Select((extent, axis) => axis == 0 ? "N" : $"{extent}"))}]";
}

/// <summary>
/// What a network learned: weights and biases of its layers, scales and shifts of its normalisations, and vectors that are added or multiplied. Statistics of
/// batch normalisations, embeddings and other constants stay as they are.
/// </summary>
internal static class TrainableWeights
{
    /// <summary>
    /// The names of the float32 constants that can be trained and that <paramref name="output"/> depends on, in the order in which the model reads them.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="output">What is trained for.</param>
    /// <param name="factors">Constants that are known to make weights at load.</param>
    public static IReadOnlyList<string> Find(OnnxModel model, string output, params IEnumerable<string> factors)
    {
        var atLoad = factors.ToHashSet(StringComparer.Ordinal);
        var needed = Behind(model, output);
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

    private static HashSet<string> Behind(OnnxModel model, string output)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal) { output };
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
        "MatMul" => tensor.Dims.Count >= 2,
        "PRelu" => place == 1,
        // Masks and positions are no vectors, and a single number is more likely part of a formula.
        "Add" or "Mul" => tensor.Dims.Count(extent => extent != 1) == 1,
        _ => false,
    };
}
