using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>What a layer reads of the samples of a batch, and what it shall give, as matrices with a column for each position.</summary>
/// <param name="layer">The layer.</param>
/// <param name="input">What it reads in the changed model, samples first.</param>
/// <param name="output">What it gives in the reference.</param>
/// <param name="before">The shortcut that is added to the output, in the reference; null for none.</param>
/// <param name="after">The same in the changed model.</param>
internal sealed class LayerWindows(WeightLayer layer, HostTensor input, HostTensor output, HostTensor? before, HostTensor? after)
{
    private readonly ConvGeometry? _window = layer.Window?.Resolve(input.Shape[2..]);

    // Positions of one sample: of a convolution's output, or vectors.
    private readonly int _places = (int)(layer.Window is null ? output.Shape[1..^1].Product() : output.Shape[2..].Product());
    private readonly int _width = (int)(layer.Window is null ? input.Shape[^1] : input.Shape[1] * layer.Window.Taps);

    private bool? _varies;

    /// <summary>T.</summary>
    public int Channels => layer.OutputChannels;

    /// <summary>Number of samples.</summary>
    public int Samples => (int)input.Shape[0];

    /// <summary>Bytes of the matrices of one sample.</summary>
    public long BytesOfSample => sizeof(double) * (long)_places * (_width + layer.OutputChannels);

    /// <summary>The windows where they need not be written out; null where they must.</summary>
    public ImageWindows? Images => _window is null ? null : ImageWindows.Of(_window, input.Shape);

    /// <summary>The type of what is read.</summary>
    public TensorElementType Type => (TensorElementType)input.Type;

    /// <summary>Whether enough of the energy of what is read is variance for products in float32.</summary>
    public bool Varies => _varies ??= ImagePrecision.Varies(input.Bytes, Type, Samples, (int)input.Shape[1]);

    /// <summary>What is read and what shall be given, n×C×H×W and n×T×H'×W'.</summary>
    public (ReadOnlyMemory<byte> Read, double[] Wanted) Whole(int first, int samples)
    {
        var bytes = input.Bytes.Length / Samples;
        return (input.Bytes.AsMemory(first * bytes, samples * bytes), Wanted(first, samples));
    }

    /// <summary>The matrices of some samples: (groups·D)×n and T×n.</summary>
    public (Matrix Patches, Matrix Outputs) Read(int first, int samples)
    {
        var columns = samples * _places;
        var (patches, outputs) = (new Matrix(_width, columns), new Matrix(layer.OutputChannels, columns));
        var (read, wanted) = (Part(input, first, samples), Wanted(first, samples));
        if (_window is null)
        {
            new Matrix(columns, _width, read).CopyTransposed(patches, 0);
            new Matrix(columns, layer.OutputChannels, wanted).CopyTransposed(outputs, 0);
            return (patches, outputs);
        }

        PatchMatrix.Fill(patches, read, [samples, .. input.Shape[1..]], _window, output.Shape[2..], samples, 0);
        Parallel.For(0, layer.OutputChannels, channel =>
        {
            var row = outputs.Row(channel);
            for (var sample = 0; sample < samples; sample++)
            {
                var from = wanted.AsSpan(((sample * layer.OutputChannels) + channel) * _places, _places);
                for (var place = 0; place < _places; place++)
                {
                    row[(place * samples) + sample] = from[place];
                }
            }
        });
        return (patches, outputs);
    }

    private double[] Wanted(int first, int samples)
    {
        var wanted = Part(output, first, samples);
        if (before is not null)
        {
            TensorPrimitives.Add(wanted, Part(before, first, samples), wanted);
            TensorPrimitives.Subtract(wanted, Part(after!, first, samples), wanted);
        }

        if (layer.Alpha != 1)
        {
            TensorPrimitives.Divide(wanted, layer.Alpha, wanted);
        }

        return wanted;
    }

    private static double[] Part(HostTensor tensor, int first, int samples)
    {
        var bytes = tensor.Bytes.Length / (int)tensor.Shape[0];
        return new HostTensor(tensor.Type, [samples, .. tensor.Shape[1..]], tensor.Bytes[(first * bytes)..((first + samples) * bytes)]).Doubles();
    }
}
