using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Execution;

/// <summary>
/// One walk through a model over all samples: every node runs once, and what later nodes read of earlier ones is kept until they have run. Weights of nodes
/// that are still to come may be changed on the way.
/// </summary>
internal sealed class Frontier : IDisposable
{
    /// <summary>Bytes of tensors that are kept in memory where nothing else is said.</summary>
    public static long MostInMemory => Math.Min(1L << 30, WorkingMemory.Share / 2);

    private readonly Engine _engine;
    private readonly OnnxModel _model;
    private readonly long _mostInMemory;
    private readonly Dictionary<string, NodeProto> _producers;
    private readonly HashSet<NodeProto> _open;
    private readonly Dictionary<string, KeptTensor> _live = new(StringComparer.Ordinal);

    /// <summary>Stands at the inputs of a model.</summary>
    /// <param name="engine">Where it runs.</param>
    /// <param name="model">The model.</param>
    /// <param name="batches">Its inputs.</param>
    /// <param name="mostInMemory">Bytes of tensors that are kept in memory; more are kept in files. Null for what the run allows.</param>
    public Frontier(Engine engine, OnnxModel model, IEnumerable<Batch> batches, long? mostInMemory = null)
    {
        (_engine, _model, _mostInMemory) = (engine, model, mostInMemory ?? MostInMemory);
        foreach (var batch in batches)
        {
            foreach (var (name, tensor) in batch.Inputs)
            {
                Add(name, tensor);
            }

            Batches++;
        }

        _producers = model.Graph.Node
            .SelectMany(node => node.Output.Where(output => output.Length > 0).Select(output => (output, node)))
            .ToDictionary(made => made.output, made => made.node, StringComparer.Ordinal);
        _open = Needed(model.Graph);
    }

    /// <summary>Number of batches.</summary>
    public int Batches { get; }

    /// <summary>The values of a tensor that <see cref="Advance"/> was asked for.</summary>
    public HostTensor Read(string tensor, int batch) => _live[tensor].Read(batch);

    /// <summary>Whether <paramref name="tensor"/> is known, or can be computed without any of <paramref name="nodes"/>.</summary>
    public bool IsReachable(string tensor, IReadOnlySet<NodeProto> nodes) =>
        _live.ContainsKey(tensor) || (_producers.TryGetValue(tensor, out var node) && _open.Contains(node) && !Behind([tensor]).Overlaps(nodes));

    /// <summary>Runs what <paramref name="tensors"/> still need. They are kept until the next call at least.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The model does not run (MOC23xx), or what must be kept is no tensor (MOC2303).</exception>
    public void Advance(IReadOnlyCollection<string> tensors)
    {
        var nodes = Behind(tensors);
        if (nodes.Count > 0)
        {
            _open.ExceptWith(nodes);
            var read = _open.SelectMany(GraphWalk.Reads).Concat(tensors).ToHashSet(StringComparer.Ordinal);
            Run([.. nodes.SelectMany(node => node.Output).Where(read.Contains).Distinct(StringComparer.Ordinal)]);
        }

        var needed = _open.SelectMany(GraphWalk.Reads).Concat(tensors).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _live.Keys.Where(name => !needed.Contains(name)).ToList())
        {
            _live.Remove(name, out var tensor);
            tensor!.Dispose();
        }
    }

    /// <summary>Whether <paramref name="node"/> of this model has not run yet, and will.</summary>
    public bool IsToCome(NodeProto node) => _open.Contains(node);

    /// <summary>Goes on to what <paramref name="node"/> reads.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">As <see cref="Advance"/>.</exception>
    public void Reach(NodeProto node)
    {
        if (IsToCome(node))
        {
            Advance([.. GraphWalk.Reads(node)]);
        }
    }

    /// <summary>
    /// Outputs that depend on the node that was reached, batch by batch, of a model in which only that node was changed: it is run from there.
    /// </summary>
    /// <param name="changed">The changed model; what its nodes give has the names that it has in this one.</param>
    /// <param name="node">The node of this model.</param>
    /// <param name="outputs">The outputs that are wanted.</param>
    public IReadOnlyList<IReadOnlyDictionary<string, HostTensor>> Rerun(OnnxModel changed, NodeProto node, IReadOnlyCollection<string> outputs)
    {
        var behind = node.Output.ToHashSet(StringComparer.Ordinal);
        foreach (var later in _model.Graph.Node.Where(later => GraphWalk.Reads(later).Any(behind.Contains)))
        {
            behind.UnionWith(later.Output);
        }

        string[] wanted = [.. outputs.Where(behind.Contains)];
        using var session = Session(changed, wanted);
        return [.. Enumerable.Range(0, Batches).Select(batch => Outputs(session, wanted, batch))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _live.Values)
        {
            tensor.Dispose();
        }

        _live.Clear();
    }

    private void Run(string[] outputs)
    {
        using var session = Session(_model, outputs);
        for (var batch = 0; batch < Batches; batch++)
        {
            foreach (var (name, tensor) in Outputs(session, outputs, batch))
            {
                Add(name, tensor);
            }
        }
    }

    private ModelSession Session(OnnxModel model, string[] outputs) =>
        _engine.CreateSession(TapModel.Build(model, outputs, _live.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Type)));

    private IReadOnlyDictionary<string, HostTensor> Outputs(ModelSession session, string[] outputs, int batch) =>
        session.Run(session.Inputs.ToDictionary(input => input.Name, input => _live[input.Name].Read(batch), StringComparer.Ordinal), outputs);

    private void Add(string name, HostTensor tensor)
    {
        if (!_live.TryGetValue(name, out var kept))
        {
            _live[name] = kept = new KeptTensor();
        }

        kept.Add(tensor, inMemory: _live.Values.Sum(other => other.BytesInMemory) + tensor.Bytes.Length <= _mostInMemory);
    }

    // Nodes that are still to run before all of the tensors are there.
    private HashSet<NodeProto> Behind(IEnumerable<string> tensors)
    {
        var nodes = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var open = new Stack<string>(tensors);
        while (open.TryPop(out var name))
        {
            if (!_live.ContainsKey(name) && _producers.TryGetValue(name, out var node) && _open.Contains(node) && nodes.Add(node))
            {
                foreach (var input in GraphWalk.Reads(node))
                {
                    open.Push(input);
                }
            }
        }

        return nodes;
    }

    // What depends on data and leads to an output. The rest is constant, and made anew wherever it is read.
    private HashSet<NodeProto> Needed(GraphProto graph)
    {
        var fromData = _live.Keys.ToHashSet(StringComparer.Ordinal);
        var nodes = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node.Where(node => GraphWalk.Reads(node).Any(fromData.Contains)))
        {
            nodes.Add(node);
            fromData.UnionWith(node.Output.Where(output => output.Length > 0));
        }

        var needed = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node.Reverse())
        {
            if (node.Output.Any(needed.Contains))
            {
                needed.UnionWith(GraphWalk.Reads(node));
            }
            else
            {
                nodes.Remove(node);
            }
        }

        return nodes;
    }
}

/// <summary>One tensor of all batches, in memory or in a file that goes when it is closed.</summary>
internal sealed class KeptTensor : IDisposable
{
    private readonly List<(HostTensor Tensor, long Offset)> _batches = [];
    private FileStream? _file;

    /// <summary>Bytes of what is in memory.</summary>
    public long BytesInMemory { get; private set; }

    /// <summary>Its type. Extents that are the same in every batch are fixed: a runtime folds more then.</summary>
    public TypeProto Type
    {
        get
        {
            var first = _batches[0].Tensor;
            var type = new TypeProto { TensorType = new() { ElemType = (int)first.Type } };
            if (_batches.TrueForAll(batch => batch.Tensor.Shape.Length == first.Shape.Length))
            {
                type.TensorType.Shape = new TensorShapeProto();
                for (var axis = 0; axis < first.Shape.Length; axis++)
                {
                    var isFixed = _batches.TrueForAll(batch => batch.Tensor.Shape[axis] == first.Shape[axis]);
                    type.TensorType.Shape.Dim.Add(isFixed ? new TensorShapeProto.Types.Dimension { DimValue = first.Shape[axis] } : new());
                }
            }

            return type;
        }
    }

    public void Add(HostTensor tensor, bool inMemory)
    {
        if (inMemory)
        {
            _batches.Add((tensor, -1));
            BytesInMemory += tensor.Bytes.Length;
            return;
        }

        _file ??= Disk.Open(
            TemporaryFiles.NewPath(),
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        _file.Position = _file.Length;
        _batches.Add((new HostTensor(tensor.Type, tensor.Shape, []), _file.Position));
        _file.Write(tensor.Bytes);
    }

    public HostTensor Read(int batch)
    {
        var (tensor, offset) = _batches[batch];
        if (offset < 0)
        {
            return tensor;
        }

        var bytes = new byte[tensor.Shape.Product() * ElementTypes.Bits((int)tensor.Type)!.Value / 8];
        _file!.Position = offset;
        _file.ReadExactly(bytes);
        return new HostTensor(tensor.Type, tensor.Shape, bytes);
    }

    public void Dispose() => _file?.Dispose();
}
