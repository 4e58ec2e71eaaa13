using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// A moment in a quarter of its bytes: μ, and half of the symmetric C = Σ − μμᵀ in float32, or X/√n in float32 where that is kept. Of each number of C about
/// 6e-8 is lost; without the mean, that is of what varies.
/// </summary>
internal sealed class PackedMoment
{
    // Both sides of a tile's transposition stay in the second cache.
    private const int Tile = 64;
    private const int HeaderNumbers = 4;

    private readonly int _size;
    private readonly long _count;
    private readonly int _rows;
    private readonly double[][] _mean;

    // Powers of two that numbers were multiplied with, so that none is beyond float32.
    private readonly double[] _scales;

    private PackedMoment(int size, long count, int rows, double[][] mean, double[] scales, float[][] numbers) =>
        (_size, _count, _rows, _mean, _scales, Numbers) = (size, count, rows, mean, scales, numbers);

    /// <summary>Of each group C's rows up to the diagonal, or X/√n.</summary>
    public float[][] Numbers { get; }

    /// <summary>Whether it is of so few vectors that they are kept.</summary>
    public bool IsSpan => _rows > 0;

    /// <summary>Of <see cref="Numbers"/>.</summary>
    public long Bytes => sizeof(float) * _mean.Length * Length(_size, _rows);

    /// <summary>Multiply-adds that it took, about.</summary>
    public double Products => (double)_count * _size * _size * _mean.Length;

    public static PackedMoment Of(SecondMoment moment)
    {
        var (size, span) = (moment.Mean[0].Length, moment.Span);
        var scales = new double[moment.Mean.Count];
        var numbers = moment.Mean.Select((mean, group) => span is null
            ? Half(moment.Sigma[group], mean, out scales[group])
            : Rounded(span, out scales[group])).ToArray();
        return new(size, moment.Count, span?.Rows ?? 0, [.. moment.Mean], scales, numbers);
    }

    /// <summary>The moment again, as a matrix of its own.</summary>
    public SecondMoment Unpack(ILinearAlgebra algebra)
    {
        if (!IsSpan)
        {
            return new([.. Numbers.Select((half, group) => Whole(half, _mean[group], _scales[group]))], _mean, _count);
        }

        var span = Matrix.Uninitialized(_rows, _size);
        TensorPrimitives.ConvertTruncating<float, double>(Numbers[0], span.Values);
        TensorPrimitives.Divide(span.Values, _scales[0], span.Values);
        return SecondMoment.OfSpan(algebra, span, _mean[0], _count);
    }

    /// <summary>The same with other numbers.</summary>
    public PackedMoment With(float[][] numbers) => new(_size, _count, _rows, _mean, _scales, numbers);

    /// <summary>As many numbers as it has, of any value.</summary>
    public float[][] NewNumbers() => [.. _mean.Select(_ => New(Length(_size, _rows)))];

    /// <summary>What <see cref="Read"/> reads; null where it is more than an array has.</summary>
    public byte[]? ToBytes()
    {
        long[] header = [_mean.Length, _size, _count, _rows];
        var length = (sizeof(long) * HeaderNumbers) + (sizeof(double) * _mean.Length * (1L + _size)) + Bytes;
        if (length > Array.MaxLength)
        {
            return null;
        }

        WorkingMemory.Expect(length);
        var content = new byte[length];
        var written = 0;
        void Write(ReadOnlySpan<byte> part)
        {
            part.CopyTo(content.AsSpan(written));
            written += part.Length;
        }

        Write(MemoryMarshal.AsBytes<long>(header));
        Write(MemoryMarshal.AsBytes<double>(_scales));
        foreach (var (mean, numbers) in _mean.Zip(Numbers))
        {
            Write(MemoryMarshal.AsBytes<double>(mean));
            Write(MemoryMarshal.AsBytes<float>(numbers));
        }

        return content;
    }

    /// <summary>The moment that <see cref="ToBytes"/> wrote; null where the content is not as long as it says.</summary>
    public static PackedMoment? Read(byte[] content)
    {
        var read = sizeof(long) * HeaderNumbers;
        if (content.Length < read || MemoryMarshal.Cast<byte, long>(content.AsSpan(0, read)) is not [var groups, var size, var count, var rows]
            || content.Length != read + (sizeof(double) * groups * (1 + size)) + (sizeof(float) * groups * Length(size, rows)))
        {
            return null;
        }

        Span<byte> Next(long bytes) => content.AsSpan((read += (int)bytes) - (int)bytes, (int)bytes);
        var scales = MemoryMarshal.Cast<byte, double>(Next(sizeof(double) * groups)).ToArray();
        var (mean, numbers) = (new double[groups][], new float[groups][]);
        for (var group = 0; group < groups; group++)
        {
            mean[group] = MemoryMarshal.Cast<byte, double>(Next(sizeof(double) * size)).ToArray();
            numbers[group] = New(Length(size, rows));
            Next(sizeof(float) * Length(size, rows)).CopyTo(MemoryMarshal.AsBytes(numbers[group].AsSpan()));
        }

        return new((int)size, count, (int)rows, mean, scales, numbers);
    }

    private static long Length(long size, long rows) => rows > 0 ? rows * size : size * (size + 1) / 2;

    private static float[] New(long length)
    {
        WorkingMemory.Expect(sizeof(float) * length);
        return GC.AllocateUninitializedArray<float>(checked((int)length));
    }

    private static double Scale(double largest) => largest > 0 ? Math.ScaleB(1, -Math.ILogB(largest)) : 1;

    private static float[] Rounded(Matrix span, out double scale)
    {
        scale = Scale(Math.Abs(TensorPrimitives.MaxMagnitude<double>(span.Values)));
        var numbers = New(span.Values.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (float)(scale * span.Values[i]);
        }

        return numbers;
    }

    private static float[] Half(Matrix sigma, double[] mean, out double scale)
    {
        var size = sigma.Rows;
        var by = scale = Scale(Enumerable.Range(0, size).Max(i => sigma[i, i] - (mean[i] * mean[i])));
        var numbers = New(Length(size, rows: 0));
        Parallel.For(0, size, i =>
        {
            var row = sigma.Row(i);
            var half = numbers.AsSpan((int)Length(i, rows: 0), i + 1);
            for (var j = 0; j <= i; j++)
            {
                half[j] = (float)(by * (row[j] - (mean[i] * mean[j])));
            }
        });
        return numbers;
    }

    private static Matrix Whole(float[] half, double[] mean, double scale)
    {
        var sigma = Matrix.Uninitialized(mean.Length, mean.Length);
        var by = 1 / scale;
        Parallel.For(0, (mean.Length + Tile - 1) / Tile, block =>
        {
            var (top, bottom) = (block * Tile, Math.Min(mean.Length, (block + 1) * Tile));
            for (var left = 0; left < bottom; left += Tile)
            {
                for (var i = top; i < bottom; i++)
                {
                    var row = sigma.Row(i);
                    var numbers = half.AsSpan((int)Length(i, rows: 0), i + 1);
                    for (var j = left; j <= Math.Min(i, left + Tile - 1); j++)
                    {
                        row[j] = (by * numbers[j]) + (mean[i] * mean[j]);
                        sigma[j, i] = row[j];
                    }
                }
            }
        });
        return sigma;
    }
}
