using System.Numerics;
using System.Numerics.Tensors;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// Sums of products of windows of stride 1 without the windows. What taps k and k' see side by side depends on the offset k' − k alone: B(δ) = Σ x[q]·x[q+δ]ᵀ
/// over all pixels q, and Σ[k,k'] = B(k'−k) less the rows and columns q of pixels that tap k never stands on, plus their corners, which are then taken away
/// twice. Of K taps that is one product for each offset, about 2·K by symmetry, in place of K²/2.
/// </summary>
/// <typeparam name="T">What the products are computed in; sums are float64.</typeparam>
internal sealed class ShiftedProducts<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImageWindows _window;
    private readonly double[] _image;
    private readonly Dictionary<(Strip Kind, int Dy, int Dx, int Row, int Column), Matrix> _sums = [];
    private readonly ViewProduct<T> _product;

    /// <param name="sessions">Where products run.</param>
    /// <param name="window">The windows.</param>
    public ShiftedProducts(MomentSessions sessions, ImageWindows window)
    {
        _window = window;
        _image = new double[window.Channels * window.Rows.Extent * window.Columns.Extent];
        _product = new ViewProduct<T>(sessions, window.Channels, window.Channels);
        foreach (var key in Sums(window))
        {
            _sums.Add(key, new Matrix(window.Channels, window.Channels));
        }
    }

    private enum Strip
    {
        All,
        Row,
        Column,
        Pixel,
    }

    /// <summary>Bytes of the sums: mostly one C×C for each offset.</summary>
    public static long StateBytes(ImageWindows window) =>
        sizeof(double) * window.Channels * (((Sums(window).Count() + 1L) * window.Channels) + (window.Rows.Extent * window.Columns.Extent));

    /// <summary>Adds samples.</summary>
    /// <param name="images">Their images, of these windows.</param>
    public void Add(PitchedImages<T> images)
    {
        var strips = new Dictionary<(Strip, int, int), T[]> { [(Strip.All, 0, 0)] = images.Values };
        T[] Of(Strip kind, int row, int column)
        {
            var key = (kind, row, column);
            if (!strips.TryGetValue(key, out var strip))
            {
                var step = kind == Strip.Column ? _window.Columns.Pitch : 1;
                strip = images.Cut((row * _window.Columns.Pitch) + column, Count(kind), step);
                strips.Add(key, strip);
            }

            return strip;
        }

        foreach (var ((kind, dy, dx, row, column), sum) in _sums)
        {
            var length = images.Samples * Count(kind);
            // Of a tap with itself half is known from the other half.
            if (dy == 0 && dx == 0)
            {
                _product.AddSquare(sum, Of(kind, row, column), length);
                continue;
            }

            var shift = kind switch { Strip.All => (dy * _window.Columns.Pitch) + dx, Strip.Row => dx, Strip.Column => dy, _ => 0 };
            var other = Of(kind, kind is Strip.Row or Strip.Pixel ? row + dy : 0, kind is Strip.Column or Strip.Pixel ? column + dx : 0);
            _product.AddTo(sum, Of(kind, row, column), other, shift, length);
        }

        AddToImage(images);
    }

    /// <summary>Adds the sums to Σ of all windows, D×D with index s·K + k, and to μ.</summary>
    public void AddTo(Matrix sigma, double[] mean)
    {
        var taps = _window.Rows.Kernel * _window.Columns.Kernel;
        for (var tap = 0; tap < taps; tap++)
        {
            var (y, x) = (tap / _window.Columns.Kernel, tap % _window.Columns.Kernel);
            AddMean(mean, tap, y, x);
            for (var other = tap; other < taps; other++)
            {
                var sum = Windows(y, x, (other / _window.Columns.Kernel) - y, (other % _window.Columns.Kernel) - x);
                for (var s = 0; s < _window.Channels; s++)
                {
                    for (var t = 0; t < (tap == other ? s + 1 : _window.Channels); t++)
                    {
                        var (i, j) = ((s * taps) + tap, (t * taps) + other);
                        sigma[i, j] += sum[s, t];
                        sigma[j, i] = sigma[i, j];
                    }
                }
            }
        }
    }

    private static IEnumerable<(Strip Kind, int Dy, int Dx, int Row, int Column)> Sums(ImageWindows window)
    {
        var (rows, columns) = (window.Rows, window.Columns);
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

    private int Count(Strip kind) => kind switch
    {
        Strip.All => _window.Pitch,
        Strip.Row => _window.Columns.Pitch,
        Strip.Column => _window.Rows.Pitch,
        _ => 1,
    };

    private void AddToImage(PitchedImages<T> images)
    {
        var line = new double[_window.Columns.Extent];
        for (var sample = 0; sample < images.Samples; sample++)
        {
            for (var row = 0; row < _window.Channels * _window.Rows.Extent; row++)
            {
                TensorPrimitives.ConvertTruncating<T, double>(images.Line(row / _window.Rows.Extent, sample, row % _window.Rows.Extent, line.Length), line);
                var sum = _image.AsSpan(row * line.Length, line.Length);
                TensorPrimitives.Add(sum, line, sum);
            }
        }
    }

    // Σ[k,k'] for k = (y,x) and k' − k = (dy,dx), k' no tap before k.
    private Matrix Windows(int y, int x, int dy, int dx)
    {
        var sum = _sums[(Strip.All, dy, dx, 0, 0)].Clone();
        void Take(Matrix part) => TensorPrimitives.Subtract(sum.Values, part.Values, sum.Values);
        List<int> columns = [.. _window.Columns.MissedBy(x, dx)];
        foreach (var row in _window.Rows.MissedBy(y, dy))
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
        var (top, bottom) = _window.Rows.Seen(y);
        var (left, right) = _window.Columns.Seen(x);
        for (var channel = 0; channel < _window.Channels; channel++)
        {
            for (var row = top; row < bottom && left < right; row++)
            {
                var seen = _image.AsSpan((((channel * _window.Rows.Extent) + row) * _window.Columns.Extent) + left, right - left);
                mean[(channel * _window.Rows.Kernel * _window.Columns.Kernel) + tap] += TensorPrimitives.Sum<double>(seen);
            }
        }
    }
}
