using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Shapes;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// One step of training as an ONNX graph: a batch, all parameters as one vector, and the optimiser's vectors go in; the loss, the gradient's norm, and the new
/// vectors come out. One vector makes the optimiser a dozen nodes however many weights there are.
/// </summary>
internal sealed class TrainingGraph
{
    private TrainingGraph(OnnxModel model, TrainingNames names, IOptimizer optimizer, IReadOnlyList<TrainedTensor> parameters, float[] start)
    {
        Names = names;
        Model = model;
        Optimizer = optimizer;
        Parameters = parameters;
        Start = start;
    }

    /// <summary>The graph.</summary>
    public OnnxModel Model { get; }

    /// <summary>What makes new parameters of gradients.</summary>
    public IOptimizer Optimizer { get; }

    /// <summary>What is trained, in the order of the vector.</summary>
    public IReadOnlyList<TrainedTensor> Parameters { get; }

    /// <summary>Samples in a batch.</summary>
    public required int Batch { get; init; }

    /// <summary>What every step must be fed.</summary>
    public required IReadOnlyList<ModelTensor> Inputs { get; init; }

    /// <summary>Bytes of what the forward and the backward pass make.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Number of trained elements.</summary>
    public int Count => Start.Length;

    internal float[] Start { get; }

    internal TrainingNames Names { get; }

    /// <summary>Makes the graph of one step.</summary>
    /// <param name="engine">Runs the forward pass once, on zeros, to learn its shapes.</param>
    /// <param name="graph">The forward graph, float32, the loss in it. It is changed: free dimensions of its inputs get their extents, and trained initialisers
    /// become parts of the vector.</param>
    /// <param name="loss">The scalar to make small.</param>
    /// <param name="trainable">Initialisers. One that the loss does not depend on is left as it is.</param>
    /// <param name="optimizer">What makes new parameters of gradients.</param>
    /// <param name="batch">Samples in a batch: the first dimension of inputs where that is free. See <see cref="BatchOf"/>.</param>
    /// <param name="clip">The largest norm of the gradient of all parameters together; a longer one is scaled to it.</param>
    /// <param name="rows">Shapes of single samples by input, for inputs with more free dimensions than the first; 1 where absent.</param>
    /// <param name="grids">What trained initialisers are rounded to before anything reads them.</param>
    /// <exception cref="DiagnosticException">A weight is not float32 (MOC2306), or a node between a weight and the loss has no gradient (MOC2305).</exception>
    public static TrainingGraph Build(
        Engine engine,
        GraphWriter graph,
        string loss,
        IReadOnlyCollection<string> trainable,
        IOptimizer optimizer,
        int batch,
        double? clip = null,
        IReadOnlyDictionary<string, long[]>? rows = null,
        IReadOnlyDictionary<string, IWeightGrid>? grids = null)
    {
        var proto = graph.Model.Graph;
        BatchShapes.Fix(proto, batch, rows);
        ShapeConstants.Fold(engine, graph.Model);
        var shapes = RecurrentCells.WriteOut(engine, graph);
        var activations = TrainingMemory.ActivationBytes(proto.Node, shapes);
        var gradients = Differentiation.Append(graph, loss, trainable, shapes);
        var (parameters, start) = Gather(graph.Model, [.. trainable.Distinct(StringComparer.Ordinal).Where(gradients.ContainsKey)]);

        var vectors = Declare(graph, ["parameters", .. Enumerable.Range(0, optimizer.StateVectors).Select(vector => $"state{vector}")], start.Length);
        var scalars = Declare(graph, optimizer.Scalars);
        FlatParameters.Unpack(graph, vectors[0], parameters, grids);
        var gradient = FlatParameters.Pack(graph, [.. parameters.Select(parameter => gradients[parameter.Name])]);
        var norm = graph.Node("ReduceL2", [gradient], GraphWriter.Attribute("keepdims", 0L));
        if (clip is { } longest)
        {
            var limit = graph.Scalar((float)longest);
            gradient = graph.Node("Mul", [gradient, graph.Node("Div", [limit, graph.Node("Max", [norm, limit])])]);
        }

        var next = optimizer.Append(graph, vectors[0], gradient, vectors[1..], scalars);
        var step = TapModel.Build(graph.Model, [loss, norm, .. next]);
        BlockedConvolutions.Apply(step, parameters, engine);
        string[] own = [.. vectors, .. scalars];
        return new TrainingGraph(step, new TrainingNames(vectors, next, scalars, loss, norm), optimizer, parameters, start)
        {
            Batch = batch,
            Inputs =
            [
                .. step
                    .Graph.Input.Where(input => !own.Contains(input.Name) && step.Graph.Initializer.All(tensor => tensor.Name != input.Name))
                    .Select(Describe),
            ],
            ActivationBytes = activations,
        };
    }

    /// <summary>The batch that <paramref name="model"/> can be trained with: its own where it is fixed, <paramref name="wanted"/> where it is free.</summary>
    public static int BatchOf(OnnxModel model, int wanted) => BatchShapes.Fixed(model.Graph) ?? (model.Samples.IsOneByOne ? 1 : wanted);

    private static (IReadOnlyList<TrainedTensor> Parameters, float[] Start) Gather(OnnxModel model, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            throw new ArgumentException("the loss depends on nothing that is to be trained", nameof(names));
        }

        var initialisers = model.Graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var values = new List<float[]>();
        var parameters = new List<TrainedTensor>();
        var offset = 0;
        foreach (var tensor in names.Select(name => initialisers[name]))
        {
            if (tensor.DataType != (int)DataType.Float)
            {
                throw new DiagnosticException(
                    TensorsCodes.NotTrainable,
                    $"The weight '{tensor.Name}' is {ElementTypes.Name(tensor.DataType)}; only float32 is trained. Export the model in float32, or leave the "
                        + "layer out.",
                    OrtErrors.Position(model.Path));
            }

            values.Add(WeightValues.ReadFloats(tensor));
            parameters.Add(new TrainedTensor(tensor.Name, [.. tensor.Dims], offset, values[^1].Length));
            offset = checked(offset + values[^1].Length);
        }

        return (parameters, [.. values.SelectMany(part => part)]);
    }

    private static string[] Declare(GraphWriter graph, IReadOnlyList<string> names, params long[] shape) =>
        [.. names.Select(name => graph.Input(graph.NewName(name), DataType.Float, shape))];

    private static ModelTensor Describe(ValueInfoProto input) => new(
        input.Name,
        (DataType)input.Type.TensorType.ElemType,
        [.. input.Type.TensorType.Shape?.Dim.Select(dimension => dimension.DimValue) ?? []]);
}

/// <summary>What the inputs and outputs of a training graph are called.</summary>
/// <param name="Vectors">The parameters, then the optimiser's vectors.</param>
/// <param name="NewVectors">The same after the step.</param>
/// <param name="Scalars">The optimiser's numbers of the step.</param>
/// <param name="Loss">The loss before the step.</param>
/// <param name="Norm">The gradient's norm before clipping.</param>
internal sealed record TrainingNames(IReadOnlyList<string> Vectors, IReadOnlyList<string> NewVectors, IReadOnlyList<string> Scalars, string Loss, string Norm);

/// <summary>The extents of a graph's inputs while it is trained.</summary>
internal static class BatchShapes
{
    /// <summary>Gives every free dimension its extent: the batch to the first, the sample's to the others.</summary>
    public static void Fix(GraphProto graph, int batch, IReadOnlyDictionary<string, long[]>? rows)
    {
        // What a file says about the shapes inside may have been true for another batch only.
        graph.ValueInfo.Clear();
        foreach (var input in Data(graph))
        {
            var row = rows?.GetValueOrDefault(input.Name);
            var tensor = input.Type.TensorType;
            tensor.Shape ??= new TensorShapeProto
            {
                Dim = { new TensorShapeProto.Types.Dimension[1 + (row?.Length ?? 0)].Select(_ => new TensorShapeProto.Types.Dimension()) },
            };
            var dimensions = tensor.Shape.Dim;
            for (var axis = 0; axis < dimensions.Count; axis++)
            {
                if (!IsFixed(dimensions[axis]))
                {
                    dimensions[axis] = new() { DimValue = axis == 0 ? batch : row is not null && axis <= row.Length ? row[axis - 1] : 1 };
                }
            }
        }
    }

    /// <summary>The batch that the inputs' shapes say; null where it is free.</summary>
    public static int? Fixed(GraphProto graph) => Data(graph)
        .Select(input => input.Type.TensorType.Shape?.Dim.FirstOrDefault())
        .Where(dimension => dimension is not null && IsFixed(dimension))
        .Select(dimension => (int?)dimension!.DimValue)
        .FirstOrDefault();

    private static bool IsFixed(TensorShapeProto.Types.Dimension dimension) => dimension.HasDimValue && dimension.DimValue > 0;

    private static IEnumerable<ValueInfoProto> Data(GraphProto graph)
    {
        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        return graph.Input.Where(input => !weights.Contains(input.Name) && input.Type?.TensorType is not null);
    }
}

/// <summary>Many tensors as one vector, and back.</summary>
internal static class FlatParameters
{
    /// <summary>
    /// Makes the tensors, under their names and rounded to their grids, from <paramref name="vector"/> in front of all nodes; their initialisers go.
    /// </summary>
    public static void Unpack(
        GraphWriter graph, string vector, IReadOnlyList<TrainedTensor> tensors, IReadOnlyDictionary<string, IWeightGrid>? grids)
    {
        var proto = graph.Model.Graph;
        var names = tensors.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        Remove(proto.Initializer, tensor => names.Contains(tensor.Name));
        Remove(proto.Input, input => names.Contains(input.Name));

        var before = proto.Node.Count;
        foreach (var tensor in tensors)
        {
            // Not one Split: WebGPU has no kernel for more than a few outputs, and fails only when it runs.
            var part = tensors.Count == 1 ? vector : graph.Slice(vector, [tensor.Offset], [tensor.Offset + tensor.Count], [0]);
            if (grids?.GetValueOrDefault(tensor.Name) is { } grid)
            {
                grid.Append(graph, graph.Reshape(part, tensor.Shape), tensor.Name);
            }
            else
            {
                graph.NodeTo(tensor.Name, "Reshape", [part, graph.Constant(tensor.Shape)]);
            }
        }

        NodeProto[] nodes = [.. proto.Node.Skip(before), .. proto.Node.Take(before)];
        proto.Node.Clear();
        proto.Node.Add(nodes);
    }

    /// <summary>All elements of <paramref name="tensors"/> in their order.</summary>
    public static string Pack(GraphWriter graph, IReadOnlyList<string> tensors)
    {
        string[] parts = [.. tensors.Select(tensor => graph.Reshape(tensor, -1))];
        return parts.Length == 1 ? parts[0] : graph.Node("Concat", parts, GraphWriter.Attribute("axis", 0L));
    }

    private static void Remove<T>(Google.Protobuf.Collections.RepeatedField<T> field, Predicate<T> which)
    {
        for (var i = field.Count - 1; i >= 0; i--)
        {
            if (which(field[i]))
            {
                field.RemoveAt(i);
            }
        }
    }
}

/// <summary>A weight that is trained: its place in the vector of all of them.</summary>
/// <param name="Name">The initialiser's name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Its first element in the vector.</param>
/// <param name="Count">Number of elements.</param>
internal sealed record TrainedTensor(string Name, long[] Shape, int Offset, int Count);
