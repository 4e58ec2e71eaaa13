using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Reads the labels of chosen samples: classes, or any numbers, one or more a sample.</summary>
internal sealed class LabelStream(DatasetArrays arrays, ArraySource source) : IDisposable
{
    private readonly SampleStream stream = new(source);
    private readonly byte[] raw = new byte[source.Header.SampleBytes];

    private bool AreClasses => source.Header is { Format.Kind: not ElementKind.Float, SampleElements: 1 };

    /// <summary><paramref name="batch"/> with the labels of the samples that are in it.</summary>
    public Batch Label(Batch batch, long[] samples)
    {
        var width = (int)source.Header.SampleElements;
        var values = new double[samples.Length * width];
        for (var i = 0; i < samples.Length; i++)
        {
            var sample = values.AsSpan(i * width, width);
            stream.Read(samples[i], raw);
            source.Header.Format.ToDouble(raw, sample);
            foreach (var value in sample)
            {
                if (!double.IsFinite(value))
                {
                    throw arrays.Error(DataCodes.Labels, $"expects finite numbers as labels; sample {samples[i]} of {source.Name} has {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}. Correct the file, or leave the sample out");
                }
            }
        }

        return AreClasses ? batch with { Labels = Array.ConvertAll(values, value => (long)value), Targets = values } : batch with { Targets = values };
    }

    /// <summary>Called after the last sample.</summary>
    public void Finish() => stream.Finish();

    public void Dispose() => stream.Dispose();
}
