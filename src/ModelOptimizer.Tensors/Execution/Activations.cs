using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Execution;

/// <summary>Reads tensors inside a model.</summary>
internal static class Activations
{
    /// <summary>The values of <paramref name="tensors"/>, batch by batch; the model runs no further than they need.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The model has no such tensor (MOC3303), or does not run (MOC23xx).</exception>
    public static IEnumerable<(Batch Batch, IReadOnlyList<HostTensor> Values)> Read(
        Engine engine,
        OnnxModel model,
        IReadOnlyList<string> tensors,
        IBatchSource batches
    )
    {
        var inputs = model.Graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        string[] inner = [.. tensors.Where(tensor => !inputs.Contains(tensor)).Distinct(StringComparer.Ordinal)];
        using var session = inner.Length == 0 ? null : engine.CreateSession(TapModel.Build(model, inner));
        var needed = session?.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var batch in batches.Read())
        {
            var values = session?.Run(batch.Inputs.Where(input => needed.Contains(input.Key)).ToDictionary(StringComparer.Ordinal), inner);
            yield return (batch, [.. tensors.Select(tensor => batch.Inputs.TryGetValue(tensor, out var given) ? given : values![tensor])]);
        }
    }
}
