using System.Diagnostics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Times two sessions on the same inputs, which stay where ONNX Runtime reads them.</summary>
/// <param name="original">The original model.</param>
/// <param name="compressed">The compressed model.</param>
/// <param name="inputs">Every input by name: the first evaluation batch, or random values.</param>
/// <exception cref="Diagnostics.DiagnosticException">The inputs do not fit a model (MOC23xx).</exception>
internal sealed class SessionLatencyProbe(ModelSession original, ModelSession compressed, IReadOnlyDictionary<string, HostTensor> inputs) : ILatencyProbe
{
    private readonly Action _original = original.Prepare(inputs);
    private readonly Action _compressed = compressed.Prepare(inputs);

    /// <inheritdoc/>
    public double Original(int runs) => Time(_original, runs);

    /// <inheritdoc/>
    public double Compressed(int runs) => Time(_compressed, runs);

    private static double Time(Action model, int runs)
    {
        var start = Stopwatch.GetTimestamp();
        for (var run = 0; run < runs; run++)
        {
            model();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
