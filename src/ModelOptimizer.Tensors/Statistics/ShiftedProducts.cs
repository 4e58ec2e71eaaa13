using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// Sums of products of windows of stride 1 without the windows. What taps k and k' see side by side depends on the offset k' − k alone: B(δ) = Σ x[q]·x[q+δ]ᵀ
/// over all pixels q, and Σ[k,k'] = B(k'−k) less the rows and columns q of pixels that tap k never stands on, plus their corners, which are then taken away
/// twice. Of K taps that is one product for each offset, about 2·K by symmetry, in place of K²/2.
/// </summary>
/// <remarks>
/// A channel is one row of the buffer, images below each other, with as many zeros behind every line and image as an offset can reach: a product with an offset
/// is that of two views of the same numbers.
/// </remarks>
internal sealed class ShiftedProducts
{
    // Fewer channels and products are too small for the runtime; more taps and there are more corners than pixels.
    private const int FewestChannels = 16;
    private const int MostTaps = 25;

    private readonly MomentSessions _sessions;
    private readonly int _channels;
    private readonly ImageAxis _rows;
    private readonly ImageAxis _columns;
    private readonly double[] _image;
    private readonly Dictionary<(Strip Kind, int Dy, int Dx, int Row, int Column), Matrix> _sums = [];
    private readonly Matrix _product;
    private double[] _buffer = [];

    /// <param name="sessions">Where products run.</param>
    /// <param name="window">The window, with its pads.</param>
    /// <param name="shape">The activation's extents, samples first.</param>
    public ShiftedProducts(MomentSessions sessions, ConvGeometry window, long[] shape)
    {
        _sessions = sessions;
        _channels = (int)shape[1];
        (_rows, _columns) = (ImageAxis.Of(window, shape, 0), ImageAxis.Of(window, shape, 1));
        _image = new double[shape[1] * shape[2] * shape[3]];
        _product = new Matrix(_channels, _channels);
        foreach (var key in Sums(_rows, _columns))
        {
            _sums.Add(key, new Matrix(_channels, _channels));
        }
    }

    private enum Strip
    {
        All,
        Row,
        Column,
        Pixel,
    }

    /// <summary>Whether this way pays for such windows, and a sample's numbers stay within <paramref name="most"/> bytes.</summary>
    public static bool Suit(ConvGeometry window, long[] shape, long most) =>
        window is { Kernel.Length: 2, Group: 1, Spread: null, Taps: > 1 and <= MostTaps }
        && window.Strides.All(stride => stride == 1)
        && window.Dilations.All(dilation => dilation == 1)
        && shape[1] >= FewestChannels
        && shape[2] >= window.Kernel[0]
        && shape[3] >= window.Kernel[1]
        && SampleBytes(window, shape) <= most;

    /// <summary>Bytes of one sample in the buffer.</summary>
    public static long SampleBytes(ConvGeometry window, long[] shape) =>
        sizeof(double) * shape[1] * (shape[2] + window.Kernel[0] - 1) * (shape[3] + window.Kernel[1] - 1);

    /// <summary>Windows in one sample.</summary>
    public static long Positions(ConvGeometry window, long[] shape) =>
        ImageAxis.Of(window, shape, 0).Positions * (long)ImageAxis.Of(window, shape, 1).Positions;

    /// <summary>Bytes of the sums: mostly one C×C for each offset.</summary>
    public static long StateBytes(ConvGeometry window, long[] shape)
    {
        var sums = Sums(ImageAxis.Of(window, shape, 0), ImageAxis.Of(window, shape, 1)).Count() + 1;
        return sizeof(double) * ((sums * shape[1] * shape[1]) + shape[1..].Product());
    }

    /// <summary>Adds samples.</summary>
    /// <param name="values">Their numbers, n×C×H×W.</param>
    /// <param name="type">The numbers' type.</param>
    /// <param name="samples">n.</param>
    public void Add(ReadOnlySpan<byte> values, TensorElementType type, int samples)
    {
        Fill(values, type, samples);
        var strips = new Dictionary<(Strip, int, int), double[]> { [(Strip.All, 0, 0)] = _buffer };
        double[] Of(Strip kind, int row, int column)
        {
            var key = (kind, row, column);
            if (!strips.TryGetValue(key, out var strip))
            {
                strips.Add(key, strip = Cut(kind, row, column, samples));
            }

            return strip;
        }

        foreach (var ((kind, dy, dx, row, column), sum) in _sums)
        {
            var shift = kind switch { Strip.All => (dy * _columns.Pitch) + dx, Strip.Row => dx, Strip.Column => dy, _ => 0 };
            var other = Of(kind, kind is Strip.Row or Strip.Pixel ? row + dy : 0, kind is Strip.Column or Strip.Pixel ? column + dx : 0);
            Multiply(Of(kind, row, column), Math.Max(0, -shift), other, Math.Max(0, shift), Length(kind, samples));
            TensorPrimitives.Add(sum.Values, _product.Values, sum.Values);
        }

        _buffer = [];
    }

    /// <summary>Adds the sums to Σ of all windows, D×D with index s·K + k, and to μ.</summary>
    public void AddTo(Matrix sigma, double[] mean)
    {
        var taps = _rows.Kernel * _columns.Kernel;
        for (var tap = 0; tap < taps; tap++)
        {
            var (y, x) = (tap / _columns.Kernel, tap % _columns.Kernel);
            AddMean(mean, tap, y, x);
            for (var other = tap; other < taps; other++)
            {
                var sum = Windows(y, x, (other / _columns.Kernel) - y, (other % _columns.Kernel) - x);
                for (var s = 0; s < _channels; s++)
                {
                    for (var t = 0; t < (tap == other ? s + 1 : _channels); t++)
                    {
                        var (i, j) = ((s * taps) + tap, (t * taps) + other);
                        sigma[i, j] += sum[s, t];
                        sigma[j, i] = sigma[i, j];
                    }
                }
            }
        }
    }

    private static void Convert(ReadOnlySpan<byte> values, TensorElementType type, Span<double> to)
    {
        switch (type)
        {
            case TensorElementType.Float:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, float>(values), to);
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, Half>(values), to);
                break;
            case TensorElementType.BFloat16:
                var words = MemoryMarshal.Cast<byte, ushort>(values);
                for (var i = 0; i < words.Length; i++)
                {
                    to[i] = BFloat16.ToSingle(words[i]);
                }

                break;
            default:
                MemoryMarshal.Cast<byte, double>(values).CopyTo(to);
                break;
        }
    }

    private static IEnumerable<(Strip Kind, int Dy, int Dx, int Row, int Column)> Sums(ImageAxis rows, ImageAxis columns)
    {
        for (var dy = 0; dy < rows.Kernel; dy++)
        {
            for (var dx = dy == 0 ? 0 : 1 - columns.Kernel; dx < columns.Kernel; dx++)
            {
                List<int> missed = [.. columns.Missed(dx)];
                yield return (Strip.All, dy, dx, 0, 0);
                foreach (var column in missed)
                {
                    yield return (Strip.Column, dy, dx, 0, column);
                }

                foreach (var row in rows.Missed(dy))
                {
                    yield return (Strip.Row, dy, dx, row, 0);
                    foreach (var column in missed)
                    {
                        yield return (Strip.Pixel, dy, dx, row, column);
                    }
                }
            }
        }
    }

    private int Length(Strip kind, int samples) => samples * kind switch
    {
        Strip.All => _rows.Pitch * _columns.Pitch,
        Strip.Row => _columns.Pitch,
        Strip.Column => _rows.Pitch,
        _ => 1,
    };

    // Behind the last channel there is more than an offset reaches.
    private int Size(Strip kind, int samples) => (_channels * Length(kind, samples)) + (_rows.Pitch * _columns.Pitch);

    private void Fill(ReadOnlySpan<byte> values, TensorElementType type, int samples)
    {
        var length = Length(Strip.All, samples);
        _buffer = _sessions.Zeros(Size(Strip.All, samples));

        var (height, width) = (_rows.Extent, _columns.Extent);
        var bytes = values.Length / (samples * _channels * height);
        for (var sample = 0; sample < samples; sample++)
        {
            for (var channel = 0; channel < _channels; channel++)
            {
                for (var y = 0; y < height; y++)
                {
                    var line = _buffer.AsSpan((channel * length) + (((sample * _rows.Pitch) + y) * _columns.Pitch), width);
                    Convert(values.Slice(((((sample * _channels) + channel) * height) + y) * bytes, bytes), type, line);
                    var sum = _image.AsSpan(((channel * height) + y) * width, width);
                    TensorPrimitives.Add(sum, line, sum);
                }
            }
        }
    }

    private double[] Cut(Strip kind, int row, int column, int samples)
    {
        var strip = new double[Size(kind, samples)];
        var (length, all) = (Length(kind, samples), Length(Strip.All, samples));
        var each = length / samples;
        for (var channel = 0; channel < _channels; channel++)
        {
            for (var sample = 0; sample < samples; sample++)
            {
                var from = (channel * all) + (((sample * _rows.Pitch) + row) * _columns.Pitch) + column;
                var to = strip.AsSpan((channel * length) + (sample * each), each);
                for (var i = 0; i < each; i++)
                {
                    to[i] = _buffer[from + (kind == Strip.Column ? i * _columns.Pitch : i)];
                }
            }
        }

        return strip;
    }

    private void Multiply(double[] left, int leftStart, double[] right, int rightStart, int length)
    {
        PinnedTensor View(double[] values, int start) => new(
            values,
            TensorElementType.Double,
            [_channels, length],
            (long)sizeof(double) * start,
            (long)sizeof(double) * _channels * length);
        using var a = View(left, leftStart);
        using var b = View(right, rightStart);
        using var product = new PinnedTensor(_product.Values, TensorElementType.Double, [_channels, _channels]);
        _sessions.Product.RunNative(["a", "b"], [a.Value, b.Value], ["y"], [product.Value]);
    }

    // Σ[k,k'] for k = (y,x) and k' − k = (dy,dx), k' no tap before k.
    private Matrix Windows(int y, int x, int dy, int dx)
    {
        var sum = _sums[(Strip.All, dy, dx, 0, 0)].Clone();
        void Take(Matrix part) => TensorPrimitives.Subtract(sum.Values, part.Values, sum.Values);
        List<int> columns = [.. _columns.MissedBy(x, dx)];
        foreach (var row in _rows.MissedBy(y, dy))
        {
            Take(_sums[(Strip.Row, dy, dx, row, 0)]);
            foreach (var column in columns)
            {
                TensorPrimitives.Add(sum.Values, _sums[(Strip.Pixel, dy, dx, row, column)].Values, sum.Values);
            }
        }

        columns.ForEach(column => Take(_sums[(Strip.Column, dy, dx, 0, column)]));
        return sum;
    }

    private void AddMean(double[] mean, int tap, int y, int x)
    {
        var (top, bottom) = _rows.Seen(y);
        var (left, right) = _columns.Seen(x);
        for (var channel = 0; channel < _channels; channel++)
        {
            for (var row = top; row < bottom && left < right; row++)
            {
                var seen = _image.AsSpan((((channel * _rows.Extent) + row) * _columns.Extent) + left, right - left);
                mean[(channel * _rows.Kernel * _columns.Kernel) + tap] += TensorPrimitives.Sum<double>(seen);
            }
        }
    }

    /// <summary>One of the two axes of an image.</summary>
    private sealed record ImageAxis(int Extent, int Kernel, int PadBefore, int PadAfter)
    {
        /// <summary>From one line to the next.</summary>
        public int Pitch => Extent + Kernel - 1;

        /// <summary>How many places the window has.</summary>
        public int Positions => Extent + PadBefore + PadAfter - Kernel + 1;

        public static ImageAxis Of(ConvGeometry window, long[] shape, int axis) =>
            new((int)shape[axis + 2], window.Kernel[axis], window.Pads[axis], window.Pads[axis + 2]);

        /// <summary>The first place that a tap stands on, and that behind the last.</summary>
        public (int First, int End) Seen(int tap) =>
            (Math.Max(0, tap - PadBefore), Math.Min(Extent, tap - PadBefore + Positions));

        /// <summary>Places with another at <paramref name="offset"/> from them, on which a tap never stands.</summary>
        public IEnumerable<int> MissedBy(int tap, int offset)
        {
            var (first, end) = Seen(tap);
            return Enumerable.Range(0, Extent).Where(place => place + offset >= 0 && place + offset < Extent && (place < first || place >= end));
        }

        /// <summary>The same of any tap that has another at <paramref name="offset"/>.</summary>
        public IEnumerable<int> Missed(int offset) => Enumerable.Range(0, Kernel)
            .Where(tap => tap + offset >= 0 && tap + offset < Kernel)
            .SelectMany(tap => MissedBy(tap, offset))
            .Distinct()
            .Order();
    }
}
