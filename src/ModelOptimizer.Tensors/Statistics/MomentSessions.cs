using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>The accumulating graphs in use: layers of the same geometry share one.</summary>
internal sealed class MomentSessions(Engine engine) : IDisposable
{
    private readonly Dictionary<string, ModelSession> _sessions = new(StringComparer.Ordinal);
    private ModelSession? _product;
    private double[] _numbers = [];

    /// <summary>For what is no sum.</summary>
    public ILinearAlgebra Algebra => engine.LinearAlgebra;

    /// <summary>Whether the sums are kept by the graphs, in float64.</summary>
    public bool Exact => engine.Sessions.HasDouble;

    /// <summary>Whether a product reads the host's memory where it is.</summary>
    public bool OnHost => engine.Device.Kind == DeviceCatalogue.Cpu;

    /// <summary>y = a·bᵀ.</summary>
    public ModelSession Product => _product ??= engine.Sessions.CreateProduct(GemmGraph.Build(transposeA: false, transposeB: true, subtract: false));

    /// <summary>An array for one use at a time, zero in its first <paramref name="count"/> numbers.</summary>
    public double[] Zeros(int count)
    {
        if (_numbers.Length < count)
        {
            return _numbers = new double[count];
        }

        Array.Clear(_numbers, 0, count);
        return _numbers;
    }

    public ModelSession For(MomentGraph graph, TensorProto.Types.DataType type)
    {
        var name = $"{type}|{graph.Name}";
        if (!_sessions.TryGetValue(name, out var session))
        {
            session = engine.Sessions.CreateReturning(graph.Build(type));
            _sessions.Add(name, session);
        }

        return session;
    }

    public void Dispose()
    {
        _product?.Dispose();
        foreach (var session in _sessions.Values.Reverse())
        {
            session.Dispose();
        }
    }
}
