using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// A model with packed weights of which it is known that ONNX Runtime unpacks them while it loads the model, to the numbers that they were rounded to.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Bytes">What each packed weight takes in the file, by tensor.</param>
/// <param name="Undone">Why a weight is plain again, by tensor.</param>
internal sealed record ProvenModel(OnnxModel Model, IReadOnlyDictionary<string, long> Bytes, IReadOnlyDictionary<string, string> Undone)
{
    // Numbers that are unpacked at once to be compared.
    private const long MostNumbers = 1L << 25;

    /// <summary>Packs <paramref name="weights"/> into a clone of the context's model, loads it and leaves out what is not unpacked as it should be.</summary>
    public static ProvenModel Build(StepContext context, IReadOnlyList<RoundedWeight> weights)
    {
        var undone = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            List<RoundedWeight> taken = [.. weights.Where(weight => !undone.ContainsKey(weight.Tensor.Name))];
            var (packed, bytes) = StoredWeights.Pack(context.Model, [.. taken.Select(weight => weight.Tensor)]);
            taken.RemoveAll(weight => !bytes.ContainsKey(weight.Tensor.Name));
            taken.ForEach(weight => weight.Bias?.Apply(packed));
            var failures = taken.Count == 0 ? [] : Failures(context, packed, taken);
            if (failures.Count == 0)
            {
                return new ProvenModel(packed, bytes, undone);
            }

            foreach (var (name, reason) in failures)
            {
                undone[name] = reason;
            }
        }
    }

    private static Dictionary<string, string> Failures(StepContext context, OnnxModel packed, List<RoundedWeight> weights)
    {
        var failures = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = weights.Select(weight => weight.Tensor.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in LoadedGraph.StillComputed(packed, names))
        {
            failures[name] = $"ONNX Runtime {LoadedGraph.RuntimeVersion} does not unpack it when it loads the model";
        }

        foreach (var part in Parts(weights))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var numbers = LoadedGraph.Compute(context.Engine.Sessions, packed, [.. part.Select(weight => weight.Tensor.Name)]);
            foreach (var weight in part.Where(weight => !weight.Tensor.Plain().RawData.Span.SequenceEqual(numbers[weight.Tensor.Name].Bytes)))
            {
                failures[weight.Tensor.Name] = $"ONNX Runtime {LoadedGraph.RuntimeVersion} unpacks it to other numbers";
            }
        }

        if (failures.Count == 0 && !SameOutputs(context, packed, weights))
        {
            var reason = $"in ONNX Runtime {LoadedGraph.RuntimeVersion} the outputs are not those of the same weights as plain numbers";
            weights.ForEach(weight => failures[weight.Tensor.Name] = reason);
        }

        return failures;
    }

    private static bool SameOutputs(StepContext context, OnnxModel packed, List<RoundedWeight> weights)
    {
        if (context.Calibration?.Read().FirstOrDefault() is not { } batch)
        {
            return true;
        }

        var plain = RoundedWeight.Apply(context.Model, weights);
        var expected = Outputs(context, plain, batch);
        // A model that draws random numbers says nothing.
        return Same(expected, Outputs(context, packed, batch)) || !Same(expected, Outputs(context, plain, batch));
    }

    private static IReadOnlyDictionary<string, HostTensor> Outputs(StepContext context, OnnxModel model, Batch batch)
    {
        using var session = context.Engine.CreateSession(model);
        var needed = session.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        return session.Run(
            batch.Inputs.Where(input => needed.Contains(input.Key)).ToDictionary(StringComparer.Ordinal),
            [.. session.Outputs.Where(output => output.IsNumericTensor).Select(output => output.Name)]);
    }

    private static bool Same(IReadOnlyDictionary<string, HostTensor> expected, IReadOnlyDictionary<string, HostTensor> found) =>
        expected.All(output => output.Value.Bytes.AsSpan().SequenceEqual(found[output.Key].Bytes));

    private static IEnumerable<List<RoundedWeight>> Parts(IEnumerable<RoundedWeight> weights)
    {
        var part = new List<RoundedWeight>();
        foreach (var weight in weights)
        {
            if (part.Count > 0 && part.Sum(other => (long)other.Tensor.Count) + weight.Tensor.Count > MostNumbers)
            {
                yield return part;
                part = [];
            }

            part.Add(weight);
        }

        yield return part;
    }
}
