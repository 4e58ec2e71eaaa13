using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>The accumulating graphs in use: layers of the same geometry share one.</summary>
internal sealed class MomentSessions(Engine engine) : IDisposable
{
    /// <summary>Bytes of patches, or of images, that are written out at once; a graph holds about three times as much.</summary>
    public const long PatchBytes = 48L << 20;

    private readonly Dictionary<string, ModelSession> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, ModelSession> _products = [];
    private readonly Dictionary<Type, Array> _zeros = [];

    /// <summary>For what is no sum.</summary>
    public ILinearAlgebra Algebra => engine.LinearAlgebra;

    /// <summary>Whether the sums are kept by the graphs, in float64.</summary>
    public bool Exact => engine.Sessions.HasDouble;

    /// <summary>Whether a product reads the host's memory where it is.</summary>
    public bool OnHost => engine.Device.Kind == DeviceCatalogue.Cpu;

    /// <summary>y = a·bᵀ, of float or double.</summary>
    public ModelSession Product<T>()
    {
        if (!_products.TryGetValue(typeof(T), out var session))
        {
            var type = typeof(T) == typeof(float) ? TensorProto.Types.DataType.Float : TensorProto.Types.DataType.Double;
            session = engine.Sessions.CreateProduct(GemmGraph.Build(transposeA: false, transposeB: true, subtract: false, type));
            _products.Add(typeof(T), session);
        }

        return session;
    }

    /// <summary>An array for one use at a time, zero in its first <paramref name="count"/> numbers.</summary>
    public T[] Zeros<T>(int count)
    {
        if (_zeros.GetValueOrDefault(typeof(T)) is not T[] zeros || zeros.Length < count)
        {
            _zeros[typeof(T)] = zeros = new T[count];
            return zeros;
        }

        Array.Clear(zeros, 0, count);
        return zeros;
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
        foreach (var session in _products.Values.Concat(_sessions.Values).Reverse())
        {
            session.Dispose();
        }
    }
}
