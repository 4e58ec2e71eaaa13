using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>The original's output for every batch of the evaluation data, computed once as far as memory allows.</summary>
internal sealed class OriginalOutputs(ModelSession session, string name)
{
    private const long MostBytes = 1 << 29;

    private readonly List<HostTensor> _kept = [];
    private long _bytes;
    private int _next;

    /// <summary>The output's name.</summary>
    public string Name => name;

    /// <summary>Starts again with the first batch.</summary>
    public void Rewind() => _next = 0;

    /// <summary>The output for the next batch, which is always the same at the same place.</summary>
    public HostTensor Next(Batch batch)
    {
        var index = _next++;
        if (index < _kept.Count)
        {
            return _kept[index];
        }

        var output = session.Run(batch.Inputs, [name])[name];
        if (index == _kept.Count && _bytes + output.Bytes.Length <= MostBytes)
        {
            _kept.Add(output);
            _bytes += output.Bytes.Length;
        }

        return output;
    }
}
