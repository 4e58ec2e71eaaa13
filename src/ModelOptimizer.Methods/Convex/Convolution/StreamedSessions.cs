using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Convex;

/// <summary>The graphs that a <see cref="StreamedProblem"/> runs on a batch. Conv²'s adjoint is the gradient of its own half square.</summary>
internal sealed class StreamedSessions(Engine engine, GateFilters gates, ConvGeometry window, long[] images, long[] targets) : IDisposable
{
    /// <summary>Products with themselves, float64.</summary>
    public const string Gram = "gram";

    /// <summary>Products with the targets, float64.</summary>
    public const string Right = "right";

    /// <summary>Sums of the hidden features, float64.</summary>
    public const string Sums = "sums";

    /// <summary>Sums of the targets, float64.</summary>
    public const string TargetSums = "target_sums";

    /// <summary>The gradient by Conv², float32.</summary>
    public const string Gradient = "gradient";

    private const string FilterInput = "filters";
    private const string MixerInput = "mixer";
    private const string BiasInput = "bias";

    private readonly Dictionary<(string Kind, int Batch), ModelSession> _sessions = [];

    /// <summary>D.</summary>
    public int Taps => gates.Filters.Columns;

    /// <summary>How often gates are open together, and Σ‖y‖².</summary>
    public ModelSession Counts => Session("counts", 0, () =>
    {
        var graph = new GraphWriter();
        graph.Input(StreamedProblem.Open, DataType.Bool, [-1, gates.Filters.Rows, .. targets[1..]]);
        graph.Input(BlockActivations.Target, DataType.Float, [-1, .. targets]);
        var open = Rows(graph, graph.Node("Cast", [StreamedProblem.Open], GraphWriter.Attribute("to", (long)DataType.Float)), gates.Filters.Rows);
        Products(graph, Gram, open, open);
        var wanted = Double(graph, BlockActivations.Target);
        graph.NodeTo(Right, "ReduceSumSquare", [wanted], GraphWriter.Attribute("keepdims", 0L));
        Outputs(graph, Gram, Right);
        return graph.Build();
    });

    /// <summary>The normal equations of Conv³, float64.</summary>
    public ModelSession Mixer => Session("mixer", 0, () =>
    {
        var graph = Forward(-1, withTarget: true);
        var features = Rows(graph, GatedGraph.Hidden(graph, BlockActivations.Input, StreamedProblem.Open, FilterInput, window), gates.Filters.Rows);
        var wanted = Rows(graph, BlockActivations.Target, targets[0]);
        Products(graph, Gram, features, features);
        Products(graph, Right, features, wanted);
        graph.NodeTo(Sums, "ReduceSum", [features, graph.Constant(1)]);
        graph.NodeTo(TargetSums, "ReduceSum", [wanted, graph.Constant(1)]);
        Outputs(graph, Gram, Right, Sums, TargetSums);
        return graph.Build();
    });

    /// <summary>Conv²'s normal operator on a batch of so many samples.</summary>
    public ModelSession Product(int batch) => Session("product", batch, () => Adjoint(batch, withTarget: false));

    /// <summary>The gradient by Conv² of ½‖S − Y‖² on a batch of so many samples.</summary>
    public ModelSession Residual(int batch) => Session("residual", batch, () => Adjoint(batch, withTarget: true));

    /// <summary>A model that says which gates are open.</summary>
    public OnnxModel OpenModel()
    {
        var graph = new GraphWriter();
        graph.Input(BlockActivations.Input, DataType.Float, [-1, .. images]);
        graph.NodeTo(StreamedProblem.Open, "Identity", [GatedGraph.Open(graph, BlockActivations.Input, gates, window)]);
        graph.Output(StreamedProblem.Open, DataType.Bool, [-1, gates.Filters.Rows, .. targets[1..]]);
        return graph.Build();
    }

    /// <summary>Conv² as an input.</summary>
    public (string Name, HostTensor Value) Filters(Matrix filters) => (FilterInput, Single(filters.Values, GatedGraph.Shape(filters, window)));

    /// <summary>Conv³ as an input.</summary>
    public static (string Name, HostTensor Value) Mixers(Matrix mixer) => (MixerInput, Single(mixer.Values, [mixer.Rows, mixer.Columns, 1, 1]));

    /// <summary>The bias as an input.</summary>
    public static (string Name, HostTensor Value) Bias(double[] bias) => (BiasInput, Single(bias, [bias.Length]));

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }

        _sessions.Clear();
    }

    private OnnxModel Adjoint(int batch, bool withTarget)
    {
        var graph = Forward(batch, withTarget);
        graph.Input(MixerInput, DataType.Float, targets[0], gates.Filters.Rows, 1, 1);
        var hidden = GatedGraph.Hidden(graph, BlockActivations.Input, StreamedProblem.Open, FilterInput, window);
        var residual = withTarget
            ? graph.Node("Sub", [graph.Node("Conv", [hidden, MixerInput, graph.Input(BiasInput, DataType.Float, targets[0])]), BlockActivations.Target])
            : graph.Node("Conv", [hidden, MixerInput]);
        var square = graph.Node("ReduceSum", [graph.Node("Mul", [residual, residual])], GraphWriter.Attribute("keepdims", 0L));
        var loss = graph.Node("Mul", [square, graph.Scalar(0.5f)]);
        var gradient = Differentiation.Append(graph, loss, [FilterInput], ShapeProbe.Run(engine, graph.Model))[FilterInput];
        graph.NodeTo(Gradient, "Identity", [gradient]);
        Outputs(graph, Gradient);
        return graph.Build();
    }

    private GraphWriter Forward(long batch, bool withTarget)
    {
        var graph = new GraphWriter();
        graph.Input(BlockActivations.Input, DataType.Float, [batch, .. images]);
        graph.Input(StreamedProblem.Open, DataType.Bool, [batch, gates.Filters.Rows, .. targets[1..]]);
        graph.Input(FilterInput, DataType.Float, GatedGraph.Shape(gates.Filters, window));
        if (withTarget)
        {
            graph.Input(BlockActivations.Target, DataType.Float, [batch, .. targets]);
        }

        return graph;
    }

    // N×C×H×W as C×(N·H·W), float64.
    private static string Rows(GraphWriter graph, string tensor, long channels)
    {
        var turned = graph.Node("Transpose", [tensor], GraphWriter.Attribute("perm", 1L, 0L, 2L, 3L));
        return Double(graph, graph.Node("Reshape", [turned, graph.Constant(channels, -1)]));
    }

    private static string Double(GraphWriter graph, string tensor) => graph.Node("Cast", [tensor], GraphWriter.Attribute("to", (long)DataType.Double));

    private static void Products(GraphWriter graph, string name, string one, string other) =>
        graph.NodeTo(name, "Gemm", [one, other], GraphWriter.Attribute("transB", 1L));

    private static void Outputs(GraphWriter graph, params string[] names)
    {
        foreach (var name in names)
        {
            // The runtime infers type and shape.
            graph.Model.Graph.Output.Add(new Onnx.Proto.ValueInfoProto { Name = name });
        }
    }

    private static HostTensor Single(double[] values, long[] shape) =>
        HostTensor.From<float>(DataType.Float, shape, Array.ConvertAll(values, value => (float)value));

    private ModelSession Session(string kind, int batch, Func<OnnxModel> build)
    {
        if (!_sessions.TryGetValue((kind, batch), out var session))
        {
            _sessions.Add((kind, batch), session = engine.CreateSession(build()));
        }

        return session;
    }
}
