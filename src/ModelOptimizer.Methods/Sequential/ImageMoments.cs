using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>Sums of <see cref="CrossMoments"/> for a convolution of stride 1 without its windows.</summary>
internal interface IImageMoments
{
    /// <summary>Adds samples.</summary>
    /// <param name="samples">n.</param>
    /// <param name="inputs">x̃, n×C×H×W.</param>
    /// <param name="type">Its type.</param>
    /// <param name="outputs">y, n×T×H'×W'.</param>
    void Add(int samples, ReadOnlySpan<byte> inputs, TensorElementType type, ReadOnlySpan<double> outputs);

    /// <summary>Adds the sums to those of all windows.</summary>
    /// <param name="sigma">Σ̃, D×D with index s·K + k.</param>
    /// <param name="cross">P, T×D.</param>
    /// <param name="inputs">x̃.</param>
    /// <param name="outputs">y.</param>
    /// <returns>How many windows.</returns>
    long AddTo(Matrix sigma, Matrix cross, double[] inputs, double[] outputs);
}

/// <summary>
/// Σ̃ from products of shifted images, and what tap k has to do with the outputs, E[y·x̃ₖᵀ], from one product of the outputs with the images moved to where k
/// sees them.
/// </summary>
/// <typeparam name="T">
/// What products of some thousand pixels are computed in; sums are float64. Of float32 products about 1e-6 is lost, where a solution is pulled towards the old
/// weights by 1e-2 and more.
/// </typeparam>
internal sealed class ImageMoments<T> : IImageMoments
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImageWindows _window;
    private readonly ShiftedProducts<T> _sigma;
    private readonly ViewProduct<T> _product;
    // E[y·x̃ₖᵀ] of each tap, or transposed: the smaller operand of a product is the one that the runtime copies.
    private readonly Matrix[] _cross;
    private readonly bool _isTransposed;
    private readonly double[] _outputs;
    private readonly PitchedImages<T> _read;
    private readonly PitchedImages<T> _given;
    private long _samples;
    private int _waiting;

    /// <param name="sessions">Where products run.</param>
    /// <param name="window">The windows.</param>
    /// <param name="channels">T.</param>
    public ImageMoments(MomentSessions sessions, ImageWindows window, int channels)
    {
        _window = window;
        _sigma = new ShiftedProducts<T>(sessions, window);
        _isTransposed = window.Channels > channels;
        var (rows, columns) = _isTransposed ? (window.Channels, channels) : (channels, window.Channels);
        _product = new ViewProduct<T>(sessions, rows, columns);
        _cross = [.. Enumerable.Range(0, window.Taps).Select(_ => new Matrix(rows, columns))];
        _outputs = new double[channels];
        PitchedImages<T> Images(int count)
        {
            var samples = Math.Max(1, ImagePrecision.PixelsOfProduct / window.Pitch);
            return new(window, count, samples, new T[PitchedImages<T>.Size(window, count, samples)]);
        }

        (_read, _given) = (Images(window.Channels), Images(channels));
    }

    /// <inheritdoc/>
    public void Add(int samples, ReadOnlySpan<byte> inputs, TensorElementType type, ReadOnlySpan<double> outputs)
    {
        var (rows, columns) = (_window.Rows, _window.Columns);
        var (read, given) = (inputs.Length / samples, outputs.Length / samples);
        for (var sample = 0; sample < samples;)
        {
            var taken = Math.Min(samples - sample, _read.Samples - _waiting);
            _read.Fill(_waiting, taken, inputs.Slice(sample * read, taken * read), type, rows.Extent, columns.Extent);
            var wanted = MemoryMarshal.AsBytes(outputs.Slice(sample * given, taken * given));
            _given.Fill(_waiting, taken, wanted, TensorElementType.Double, rows.Positions, columns.Positions);
            (sample, _waiting) = (sample + taken, _waiting + taken);
            if (_waiting == _read.Samples)
            {
                Multiply();
            }
        }

        for (var i = 0; i < outputs.Length; i += _window.Positions)
        {
            _outputs[i / _window.Positions % _outputs.Length] += TensorPrimitives.Sum(outputs.Slice(i, _window.Positions));
        }

        _samples += samples;
    }

    /// <inheritdoc/>
    public long AddTo(Matrix sigma, Matrix cross, double[] inputs, double[] outputs)
    {
        Multiply();
        _sigma.AddTo(sigma, inputs);
        for (var tap = 0; tap < _cross.Length; tap++)
        {
            for (var row = 0; row < outputs.Length; row++)
            {
                for (var channel = 0; channel < _window.Channels; channel++)
                {
                    cross[row, (channel * _cross.Length) + tap] += _isTransposed ? _cross[tap][channel, row] : _cross[tap][row, channel];
                }
            }
        }

        TensorPrimitives.Add(outputs, _outputs, outputs);
        return _samples * _window.Positions;
    }

    // Images that are not there are zero.
    private void Multiply()
    {
        if (_waiting == 0)
        {
            return;
        }

        var (rows, columns) = (_window.Rows, _window.Columns);
        _sigma.Add(_read);
        for (var tap = 0; tap < _cross.Length; tap++)
        {
            var (y, x) = (tap / columns.Kernel, tap % columns.Kernel);
            var shift = ((y - rows.PadBefore) * columns.Pitch) + x - columns.PadBefore;
            if (_isTransposed)
            {
                _product.AddTo(_cross[tap], _read.Values, _given.Values, -shift, _given.Length);
            }
            else
            {
                _product.AddTo(_cross[tap], _given.Values, _read.Values, shift, _given.Length);
            }
        }

        Array.Clear(_read.Values);
        Array.Clear(_given.Values);
        _waiting = 0;
    }
}
