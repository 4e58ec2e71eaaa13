using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// Second moments of a model's activations. The model runs up to the tensors that are needed; a second graph turns each into patches and adds their products to
/// a state in float64 (<see cref="MomentAccumulator"/> says what a device without float64 does). Both run on the engine; activations are dropped batch by
/// batch.
/// </summary>
/// <param name="engine">Where both run.</param>
/// <param name="model">The model whose activations are wanted.</param>
/// <param name="batches">The calibration data; null where there is none.</param>
/// <param name="store">Where moments are kept between runs; null where they are not. What they are is the same: all are rounded to what is kept.</param>
/// <param name="memoryLimit">
/// Bytes that the states of one pass over the data may take, and that moments may take together: more keys need more passes, and more moments go to a file.
/// Null for a share of what the run may take.
/// </param>
internal sealed class MomentCollector(Engine engine, OnnxModel model, IBatchSource? batches, IBlobStore? store = null, long? memoryLimit = null) : IStatistics
{
    // Multiply-adds of a few hundredths of a second; for less, files cost as much as they save.
    private const double FewestProducts = 5e8;

    // Nothing else is there while sums are added up, and every pass runs the whole model.
    private readonly long _memoryLimit = memoryLimit ?? (2 * WorkingMemory.Share);
    private readonly KeptMoments _known = new(memoryLimit ?? WorkingMemory.Share);

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException"><see cref="Require"/> was not called for <paramref name="key"/>.</exception>
    public SecondMoment this[MomentKey key] => _known[key].Unpack(engine.LinearAlgebra);

    /// <inheritdoc/>
    /// <exception cref="DiagnosticException">
    /// No calibration data (MOC3301), activations that are not finite (MOC3302), a tensor that cannot be collected (MOC3303), or the model does not run
    /// (MOC23xx).
    /// </exception>
    public void Require(IReadOnlyCollection<MomentKey> keys, CancellationToken cancellation)
    {
        var missing = keys.Where(key => !_known.Contains(key)).Distinct().ToList();
        if (missing.Count == 0)
        {
            return;
        }

        if (batches is null || batches.Count == 0)
        {
            throw new DiagnosticException(
                TensorsCodes.NoCalibrationData,
                $"The statistics of '{missing[0].Tensor}' need calibration data, and there is none. Add 'calibrate: {{ dataset: … }}' to the model, or use "
                    + "'norm: frobenius'."
            );
        }

        // How wide a tensor is becomes known when it is first seen: a pass hands back the keys that did not fit its memory.
        // All passes run one graph: with other tensors as its outputs a runtime may fuse other nodes.
        string[] tensors = [.. missing.Select(key => key.Tensor).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        missing.RemoveAll(key => Find(key, tensors));
        List<MomentKey> measured = [.. missing];
        while (missing.Count > 0)
        {
            using var pass = new MomentPass(engine, model, tensors, missing, _memoryLimit);
            try
            {
                foreach (var (key, moment) in pass.Run(batches, cancellation))
                {
                    _known.Add(key, PackedMoment.Of(moment));
                    missing.Remove(key);
                }
            }
            catch (DiagnosticException error) when (error.Diagnostic.Code == TensorsCodes.NotFinite)
            {
                throw new DiagnosticException(error.Diagnostic with { Message = error.Diagnostic.Message + Culprit(missing) }, error);
            }
        }

        if (store is not null && measured.Sum(key => _known[key].Products) >= FewestProducts)
        {
            measured.ForEach(key => Keep(store, key, tensors));
        }
    }

    // With other tensors beside it, a moment may differ in its last bits.
    private static string Name(MomentKey key, string[] tensors) => $"{key.Text}\n{string.Join('\n', tensors)}";

    private bool Find(MomentKey key, string[] tensors)
    {
        if (store?.Find(Name(key, tensors)) is not { } content || PackedMoment.Read(content) is not { } moment)
        {
            return false;
        }

        _known.Add(key, moment);
        return true;
    }

    private void Keep(IBlobStore to, MomentKey key, string[] tensors)
    {
        if (_known[key].ToBytes() is { } content)
        {
            to.Add(Name(key, tensors), content);
        }
    }

    // A pass adds up; which sample it was is looked for only when something was wrong.
    private string Culprit(IReadOnlyList<MomentKey> keys)
    {
        var first = 0L;
        foreach (var (batch, values) in Activations.Read(engine, model, [.. keys.Select(key => key.Tensor).Distinct()], batches!))
        {
            foreach (var value in values.Where(value => ElementTypes.IsFloat((int)value.Type)))
            {
                var width = value.Shape.Product() / batch.Count;
                if (Array.FindIndex(value.Doubles(), number => !double.IsFinite(number)) is >= 0 and var at && width > 0)
                {
                    var sample = Math.Min(at / width, batch.Count - 1);
                    return $" The first such sample is {batch.Rows?[sample] ?? first + sample} of the data, counted from 0.";
                }
            }

            first += batch.Count;
        }

        return "";
    }
}

/// <summary>Statistics of the original model's activations on the calibration data, shared by all methods.</summary>
internal interface IStatistics
{
    /// <summary>Collects every key not yet known, in as few passes over the data as memory allows.</summary>
    void Require(IReadOnlyCollection<MomentKey> keys, CancellationToken cancellation);

    /// <summary>The moment of a key that <see cref="Require"/> collected.</summary>
    SecondMoment this[MomentKey key] { get; }
}
