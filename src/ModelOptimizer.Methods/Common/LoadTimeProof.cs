using Google.Protobuf;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Methods.Common;

/// <summary>Shows that ONNX Runtime makes weights while it loads a model, and that what then runs is the model with these weights as plain numbers.</summary>
internal static class LoadTimeProof
{
    // Numbers that are computed at once.
    private const long MostNumbers = 1L << 25;

    /// <summary>Why a weight is not made as it should be, by tensor; empty when all are.</summary>
    /// <param name="context">The engine, and samples to run.</param>
    /// <param name="model">A model in which nodes make weights of constants only.</param>
    /// <param name="weights">How many numbers each of these weights has.</param>
    /// <param name="expected">The bytes that a weight shall have; null where it is right as the runtime makes it.</param>
    public static IReadOnlyDictionary<string, string> Failures(
        StepContext context,
        OnnxModel model,
        IReadOnlyDictionary<string, long> weights,
        Func<string, ReadOnlyMemory<byte>>? expected = null)
    {
        var failures = new Dictionary<string, string>(StringComparer.Ordinal);
        if (weights.Count == 0)
        {
            return failures;
        }

        foreach (var name in LoadedGraph.StillComputed(model, weights.Keys.ToHashSet(StringComparer.Ordinal)))
        {
            failures[name] = $"ONNX Runtime {LoadedGraph.RuntimeVersion} does not compute it when it loads the model";
        }

        var plain = model.Clone();
        var editor = new GraphEditor(plain);
        foreach (var (name, numbers) in Numbers(context, model, weights))
        {
            if (expected is not null && !expected(name).Span.SequenceEqual(numbers.Bytes))
            {
                failures[name] = $"ONNX Runtime {LoadedGraph.RuntimeVersion} computes other numbers";
            }

            PutInPlace(plain, editor, name, numbers);
        }

        if (failures.Count == 0 && !SameOutputs(context, model, plain))
        {
            var reason = $"in ONNX Runtime {LoadedGraph.RuntimeVersion} the outputs are not those of the same weights as plain numbers";
            failures = weights.Keys.ToDictionary(name => name, _ => reason, StringComparer.Ordinal);
        }

        return failures;
    }

    /// <summary>What ONNX Runtime makes of <paramref name="weights"/>, each with how many numbers it has.</summary>
    public static IEnumerable<KeyValuePair<string, HostTensor>> Numbers(StepContext context, OnnxModel model, IReadOnlyDictionary<string, long> weights)
    {
        foreach (var part in Parts(weights))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            foreach (var numbers in LoadedGraph.Compute(context.Engine.Sessions, model, part))
            {
                yield return numbers;
            }
        }
    }

    private static void PutInPlace(OnnxModel model, GraphEditor editor, string name, HostTensor numbers)
    {
        // What it was made of goes on without a reader.
        var maker = model.Graph.Node.First(node => node.Output.Contains(name));
        maker.Output[maker.Output.IndexOf(name)] = editor.UniqueName("made");
        var tensor = new TensorProto { Name = name, DataType = (int)numbers.Type, RawData = UnsafeByteOperations.UnsafeWrap(numbers.Bytes) };
        tensor.Dims.Add(numbers.Shape);
        editor.AddInitializer(tensor);
    }

    private static bool SameOutputs(StepContext context, OnnxModel model, OnnxModel plain)
    {
        if (context.Calibration?.Read().FirstOrDefault() is not { } batch)
        {
            return true;
        }

        var expected = Outputs(context, plain, batch);
        // A model that draws random numbers says nothing.
        return Same(expected, Outputs(context, model, batch)) || !Same(expected, Outputs(context, plain, batch));
    }

    /// <summary>The outputs of <paramref name="model"/> for <paramref name="batch"/>.</summary>
    public static IReadOnlyDictionary<string, HostTensor> Outputs(StepContext context, OnnxModel model, Batch batch)
    {
        using var session = context.Engine.CreateSession(model);
        var needed = session.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        return session.Run(
            batch.Inputs.Where(input => needed.Contains(input.Key)).ToDictionary(StringComparer.Ordinal),
            [.. session.Outputs.Where(output => output.IsNumericTensor).Select(output => output.Name)]);
    }

    private static bool Same(IReadOnlyDictionary<string, HostTensor> expected, IReadOnlyDictionary<string, HostTensor> found) =>
        expected.All(output => output.Value.Bytes.AsSpan().SequenceEqual(found[output.Key].Bytes));

    private static IEnumerable<List<string>> Parts(IReadOnlyDictionary<string, long> weights)
    {
        var part = new List<string>();
        foreach (var (name, count) in weights)
        {
            if (part.Count > 0 && part.Sum(other => weights[other]) + count > MostNumbers)
            {
                yield return part;
                part = [];
            }

            part.Add(name);
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }
}
