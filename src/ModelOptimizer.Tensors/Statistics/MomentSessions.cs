using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>The accumulating graphs in use: layers of the same geometry share one.</summary>
internal sealed class MomentSessions(Engine engine) : IDisposable
{
    private readonly Dictionary<string, ModelSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Whether the sums are kept by the graphs, in float64.</summary>
    public bool Exact => engine.Sessions.HasDouble;

    public ModelSession For(MomentGraph graph, TensorProto.Types.DataType type)
    {
        var name = $"{type}|{graph.Name}";
        if (!_sessions.TryGetValue(name, out var session))
        {
            session = engine.CreateSession(graph.Build(type));
            _sessions.Add(name, session);
        }

        return session;
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values.Reverse())
        {
            session.Dispose();
        }
    }
}
