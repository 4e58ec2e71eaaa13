using System.Security.Cryptography;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Tells whether two draws share samples, whatever their files are called and however they are preprocessed.</summary>
public static class SampleHashes
{
    /// <summary>SHA-256 of the bytes of all inputs of each sample drawn, before preprocessing, as lower-case hexadecimal in the order of the draw.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The dataset cannot be read (MOC3xxx).</exception>
    public static IReadOnlyList<string> Of(DatasetPlan dataset, int? samples, int seed)
    {
        var arrays = new DatasetArrays(dataset);
        var indices = arrays.Draw(samples, seed);
        var hashes = new string[indices.Length];
        var readers = new List<(SampleStream Stream, byte[] Sample)>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            foreach (var (_, source) in arrays.Inputs.OrderBy(input => input.Key, StringComparer.Ordinal))
            {
                readers.Add((new SampleStream(source), new byte[source.Header.SampleBytes]));
            }

            for (var i = 0; i < indices.Length; i++)
            {
                foreach (var (stream, sample) in readers)
                {
                    stream.Read(indices[i], sample);
                    hash.AppendData(sample);
                }

                hashes[i] = Convert.ToHexStringLower(hash.GetHashAndReset());
            }
        }
        finally
        {
            readers.ForEach(reader => reader.Stream.Dispose());
        }

        return hashes;
    }
}
