using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Tells whether two draws share samples, whatever their files are called and however they are preprocessed.</summary>
internal static class SampleHashes
{
    /// <summary>
    /// SHA-256 of the values of all inputs of each sample drawn, before preprocessing and whatever their format, as lower-case hexadecimal in the order of the
    /// draw.
    /// </summary>
    /// <exception cref="Diagnostics.DiagnosticException">The dataset cannot be read (MOC3xxx).</exception>
    public static IReadOnlyList<string> Of(DatasetPlan dataset, int? samples, int seed)
    {
        var arrays = new DatasetArrays(dataset);
        var indices = arrays.Draw(samples, seed);
        var hashes = new string[indices.Length];
        var readers = new List<(SampleStream Stream, byte[] Sample, ElementFormat Format, double[] Values)>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            foreach (var (_, source) in arrays.Inputs.OrderBy(input => input.Key, StringComparer.Ordinal))
            {
                readers.Add((new SampleStream(source), new byte[source.Header.SampleBytes], source.Header.Format, new double[source.Header.SampleElements]));
            }

            for (var i = 0; i < indices.Length; i++)
            {
                foreach (var (stream, sample, format, values) in readers)
                {
                    stream.Read(indices[i], sample);
                    format.ToDouble(sample, values);
                    hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
                }

                hashes[i] = Convert.ToHexStringLower(hash.GetHashAndReset());
            }

            readers.ForEach(reader => reader.Stream.Finish());
        }
        finally
        {
            readers.ForEach(reader => reader.Stream.Dispose());
        }

        return hashes;
    }
}
