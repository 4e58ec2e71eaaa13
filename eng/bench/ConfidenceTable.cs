using System.Globalization;
using DigitGenerator;
using ModelOptimizer.Methods;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Search;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Sessions;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>
/// What a gate's confidence means after a search: real lists of candidates of the digit network, each walked with many draws of the gate's samples. Digits are
/// drawn, so that how much a model really loses can be counted on as many as one likes.
/// </summary>
internal static class ConfidenceTable
{
    private const int Population = 50_000;
    private const double Limit = 0.005;
    private const double Confidence = 0.95;
    private const int Batch = 500;
    private const int Pixels = 28 * 28;

    /// <param name="searches">How many searches for each number of samples.</param>
    /// <param name="objectives">What is made small, with commas between.</param>
    /// <param name="count">Of how many lists, each of a seed of its own.</param>
    public static int Run(int searches, string objectives, string count)
    {
        var seeds = int.Parse(count, CultureInfo.InvariantCulture);
        var digits = DigitSet.Write(Population, seed: 4242);
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        Console.WriteLine("| objective | samples | searches | beyond the limit | nothing passes | mean size | smallest within the limit |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var objective in objectives.Split(','))
        {
            var lists = Enumerable.Range(1, seeds).Select(seed => Walked(engine, digits, objective, seed)).ToList();
            foreach (var samples in new[] { 1000, 2000, 8000 })
            {
                var random = new Random(samples);
                var results = Enumerable.Range(0, searches).Select(search => Search(lists[search % seeds], samples, random)).ToList();
                var beyond = results.Count(result => result?.Drop > Limit);
                var best = lists.Average(list => (list.LastOrDefault(candidate => candidate.Drop <= Limit) ?? list[0]).Share);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {objective} | {samples:N0} | {searches} | {beyond} ({(double)beyond / searches:P1}) | {results.Count(result => result is null)} "
                        + $"| {results.Where(result => result is not null).Average(result => result!.Share):P2} | {best:P2} |"));
            }
        }

        return 0;
    }

    // The last candidate before the first that does not pass; null when that is the first.
    private static Measured? Search(IReadOnlyList<Measured> list, int samples, Random random)
    {
        var order = Enumerable.Range(0, Population).ToArray();
        for (var i = 0; i < samples; i++)
        {
            var other = random.Next(i, Population);
            (order[i], order[other]) = (order[other], order[i]);
        }

        var drawn = order.AsSpan(0, samples).ToArray();
        return FixedSequence.Walk(list, Passes) is var (taken, isPassed) && isPassed ? taken : null;

        bool Passes(Measured candidate) => DropBound.IsWithin(
            new PairedCounts(samples, drawn.Count(sample => candidate.Changes[sample] < 0), drawn.Count(sample => candidate.Changes[sample] > 0)),
            Limit,
            Confidence);
    }

    private static List<Measured> Walked(Engine engine, DigitSet digits, string objective, int seed)
    {
        using var workspace = new Workspace();
        var sample = Path.Combine(Repository.Root, "samples", "DigitReader");
        var manifest = Path.Combine(workspace.Folder, "modelopt.yaml");
        File.WriteAllText(manifest, $$"""
            version: 1
            seed: {{seed}}
            datasets:
              train: { path: {{sample}}/data/digits-train.npz, inputs: { image: images }, preprocess: { scale: 1/255 } }
              test: { path: {{sample}}/data/digits-test.npz, inputs: { image: images }, labels: labels, preprocess: { scale: 1/255 } }
            models:
              digits:
                source: {{sample}}/models/digits.onnx
                calibrate: { dataset: train, samples: 512 }
                evaluate: { dataset: test }
                compress: [{ method: auto, objective: {{objective}} }]
                gates: [{ top1: { max-drop: 0.5% } }]
            """);
        var plan = ManifestReader.Read(manifest);
        var original = OnnxModel.Load(plan.Models[0].Source);
        var job = new JobContext(plan, plan.Models[0], engine, new Progress<MethodProgress>(), _ => { }, CancellationToken.None)
        {
            Shipping = Shipping.Of(plan.Models[0], hasBrotli: true),
        };
        var list = new CandidateList(job, new ModelCompressor(job, original), original);
        var before = Right(engine, original, digits);
        var measured = new List<Measured>();
        foreach (var candidate in list.Sizes.Select(list.Build).OfType<Candidate>())
        {
            var after = Right(engine, candidate.Model.Model, digits);
            var changes = before.Zip(after, (was, now) => (sbyte)((now ? 1 : 0) - (was ? 1 : 0))).ToArray();
            measured.Add(new Measured((double)candidate.Amount / original.SizeInBytes, -changes.Average(change => (double)change), changes));
            // Everything behind is far beyond the limit.
            if (measured[^1].Drop > 4 * Limit)
            {
                break;
            }
        }

        Console.Error.WriteLine($"{objective}, list {seed}: {string.Join(", ", measured.Select(candidate => $"{candidate.Share:P1} {candidate.Drop:P2}"))}");
        return measured;
    }

    private static bool[] Right(Engine engine, OnnxModel model, DigitSet digits)
    {
        using var session = engine.CreateSession(model);
        var right = new bool[digits.Count];
        for (var first = 0; first < digits.Count; first += Batch)
        {
            var values = Array.ConvertAll(digits.Images[(first * Pixels)..((first + Batch) * Pixels)], grey => grey / 255f);
            var outputs = session.Run(
                new Dictionary<string, HostTensor> { ["image"] = HostTensor.From<float>(DataType.Float, [Batch, 1, 28, 28], values) },
                [session.Outputs[0].Name])[session.Outputs[0].Name].As<float>();
            for (var i = 0; i < Batch; i++)
            {
                var row = outputs.Slice(i * 10, 10);
                right[first + i] = row.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max<float>(row)) == digits.Labels[first + i];
            }
        }

        return right;
    }

    /// <summary>A candidate on the whole population.</summary>
    /// <param name="Share">Its size, of the original's.</param>
    /// <param name="Drop">What it really loses.</param>
    /// <param name="Changes">For each digit −1 where the original is right and it is not, 1 where it is the other way round.</param>
    private sealed record Measured(double Share, double Drop, sbyte[] Changes);
}
