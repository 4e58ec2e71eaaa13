using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>
/// Finds samples of one draw in another as the model is fed them, after preprocessing, and up to rounding: copies in another layout, scale or precision. What
/// is compared are random projections, whose distances are about those of the samples (Johnson and Lindenstrauss 1984).
/// </summary>
internal static class SampleCopies
{
    /// <summary>How many samples are looked at to learn how far apart different samples are.</summary>
    private const int Probes = 256;

    /// <summary>
    /// Copies are nearer than this share of the usual distance from a sample to its nearest neighbour. Rounding to float16 moves a sample by 0.03 % of its
    /// length, and in three dimensions or more no sample comes so near another by chance.
    /// </summary>
    private const double Near = 0.02;

    /// <summary>How often as many as expected by chance must be near each other before they are taken for copies.</summary>
    private const double MoreThanChance = 3;

    /// <summary>For each sample of <paramref name="asked"/> whether <paramref name="seen"/> has it.</summary>
    /// <exception cref="DiagnosticException">The data cannot be read (MOC3xxx).</exception>
    public static bool[] Find(IBatchSource seen, IBatchSource asked)
    {
        if (seen.Count == 0 || asked.Count == 0)
        {
            return new bool[asked.Count];
        }

        var (known, others) = (Projections.Of(seen), Projections.Of(asked));
        int[] probes = [.. Enumerable.Range(0, Math.Min(Probes, known.Count)).Select(i => (int)((long)i * known.Count / Math.Min(Probes, known.Count)))];
        double[] limits = [.. Enumerable.Range(0, known.Inputs).Select(input => Limit(known, input, probes, others.Count))];
        var index = known.Sorted();
        var (same, near) = (new bool[others.Count], new bool[others.Count]);
        for (var sample = 0; sample < others.Count; sample++)
        {
            foreach (var other in index.Within(others.First(sample), limits[0]))
            {
                same[sample] |= known.AreSame(other, others, sample);
                near[sample] |= known.AreNear(other, others, sample, limits);
            }
        }

        // Where different samples of one draw are as near each other, as windows of one slow signal are, nearness says nothing.
        var chance = probes.Count(probe => index.Within(known.First(probe), limits[0])
            .Any(other => known.AreNear(other, known, probe, limits) && !known.AreSame(other, known, probe)));
        var found = near.Count(isNear => isNear) - same.Count(isSame => isSame);
        return found > MoreThanChance * chance / Math.Max(1, probes.Length) * others.Count ? near : same;
    }

    // With few values a sample two samples are near by chance: of all asked, less than one in fifty may be.
    private static double Limit(Projections known, int input, int[] probes, int asked)
    {
        double[] nearest =
        [
            .. probes
                .Select(probe => Enumerable.Range(0, known.Count)
                    .Where(other => other != probe)
                    .Select(other => known.Distance(other, known, probe, input))
                    .Where(double.IsFinite)
                    .DefaultIfEmpty(0)
                    .Min())
                .Order(),
        ];
        return nearest[nearest.Length / 2] * Math.Min(Near, Math.Pow(Near / asked, 1.0 / known.Width(input)));
    }
}

/// <summary>Random projections of all samples of a draw, of each input of the model by itself.</summary>
internal sealed class Projections
{
    /// <summary>Of eight, one is not fifty times too small by chance in 10¹² samples.</summary>
    private const int PerSample = 8;

    // Where the weights begin again: large samples must not need as many weights.
    private const int Period = 1 << 16;

    private readonly List<double[]>[] _values;
    private readonly int[] _widths;

    private Projections(int inputs)
    {
        _values = [.. Enumerable.Range(0, inputs).Select(_ => new List<double[]>())];
        _widths = new int[inputs];
    }

    public int Inputs => _values.Length;

    public int Count => _values[0].Count;

    public static Projections Of(IBatchSource source)
    {
        Projections? result = null;
        var weights = Array.Empty<double[]>();
        foreach (var batch in source.Read())
        {
            result ??= new Projections(batch.Inputs.Count);
            foreach (var (input, (_, tensor)) in batch.Inputs.OrderBy(input => input.Key, StringComparer.Ordinal).Index())
            {
                var values = ElementWriter.Read(tensor);
                var width = values.Length / batch.Count;
                result._widths[input] = width;
                if (weights.Length == 0 || weights[0].Length < Math.Min(width, Period))
                {
                    weights = Weights(Math.Min(width, Period));
                }

                for (var sample = 0; sample < batch.Count; sample++)
                {
                    result._values[input].Add(Project(values.AsSpan(sample * width, width), weights));
                }
            }
        }

        return result!;
    }

    /// <summary>Number of values of a sample.</summary>
    public int Width(int input) => _widths[input];

    /// <summary>The first projection of a sample.</summary>
    public double First(int sample) => _values[0][sample][0];

    /// <summary>The samples in the order of their first projection.</summary>
    public SortedProjections Sorted()
    {
        int[] samples = [.. Enumerable.Range(0, Count)];
        var keys = Array.ConvertAll(samples, First);
        Array.Sort(keys, samples);
        return new SortedProjections(keys, samples);
    }

    public bool AreSame(int sample, Projections others, int other) =>
        Enumerable.Range(0, Inputs).All(input => _values[input][sample].AsSpan().SequenceEqual(others._values[input][other]));

    /// <summary>Whether the samples are no farther apart than the limit of each input.</summary>
    public bool AreNear(int sample, Projections others, int other, double[] limits) =>
        Enumerable.Range(0, Inputs).All(input => Distance(sample, others, other, input) <= limits[input]);

    public double Distance(int sample, Projections others, int other, int input) =>
        TensorPrimitives.Distance<double>(_values[input][sample], others._values[input][other]);

    private static double[] Project(ReadOnlySpan<double> values, double[][] weights)
    {
        var result = new double[PerSample];
        for (var start = 0; start < values.Length; start += Period)
        {
            var part = values.Slice(start, Math.Min(Period, values.Length - start));
            for (var i = 0; i < PerSample; i++)
            {
                result[i] += TensorPrimitives.Dot(part, weights[i].AsSpan(0, part.Length));
            }
        }

        return result;
    }

    // Of each length the same beginning: inputs of all widths share them.
    private static double[][] Weights(int length) => [.. Enumerable.Range(0, PerSample).Select(row =>
    {
        var random = SplitMix.For(PerSample, row);
        return Enumerable.Range(0, length).Select(_ => random.NextNormal()).ToArray();
    })];
}

/// <summary>Samples by their first projection, which is no farther apart than the samples' projections are.</summary>
internal sealed class SortedProjections(double[] keys, int[] samples)
{
    /// <summary>The samples whose first projection is within <paramref name="limit"/> of <paramref name="key"/>.</summary>
    public IEnumerable<int> Within(double key, double limit)
    {
        var place = Array.BinarySearch(keys, key - limit);
        for (place = place < 0 ? ~place : place; place > 0 && keys[place - 1] >= key - limit; place--)
        {
        }

        for (; place < keys.Length && keys[place] <= key + limit; place++)
        {
            yield return samples[place];
        }
    }
}
