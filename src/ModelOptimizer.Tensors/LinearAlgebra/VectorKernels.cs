using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Loops over several rows at a time, which read and write what the rows share once. The additions of vectors are fused by name, because the estimating forms
/// may round either way.
/// </summary>
internal static class VectorKernels
{
    /// <summary>y += Σᵢ factorsᵢ·rowᵢ over y's length, the rows <paramref name="stride"/> apart from <paramref name="start"/> on.</summary>
    public static void AddRows(double[] rows, int start, int stride, ReadOnlySpan<double> factors, Span<double> y)
    {
        var width = Vector<double>.Count;
        var i = 0;
        for (; i + 4 <= factors.Length; i += 4)
        {
            ref var r0 = ref rows.AsSpan(start + (i * stride), y.Length).Ref();
            ref var r1 = ref rows.AsSpan(start + ((i + 1) * stride), y.Length).Ref();
            ref var r2 = ref rows.AsSpan(start + ((i + 2) * stride), y.Length).Ref();
            ref var r3 = ref rows.AsSpan(start + ((i + 3) * stride), y.Length).Ref();
            ref var target = ref y.Ref();
            var (f0, f1, f2, f3) = (factors[i], factors[i + 1], factors[i + 2], factors[i + 3]);
            var (v0, v1, v2, v3) = (new Vector<double>(f0), new Vector<double>(f1), new Vector<double>(f2), new Vector<double>(f3));
            nuint c = 0;
            for (; c + (nuint)width <= (nuint)y.Length; c += (nuint)width)
            {
                var first = Vector.FusedMultiplyAdd(v0, Vector.LoadUnsafe(ref r0, c), Vector.LoadUnsafe(ref target, c));
                var second = Vector.FusedMultiplyAdd(v2, Vector.LoadUnsafe(ref r2, c), v1 * Vector.LoadUnsafe(ref r1, c));
                first = Vector.FusedMultiplyAdd(v3, Vector.LoadUnsafe(ref r3, c), first);
                (first + second).StoreUnsafe(ref target, c);
            }

            for (; c < (nuint)y.Length; c++)
            {
                var (a0, a1, a2, a3) = (Unsafe.Add(ref r0, c), Unsafe.Add(ref r1, c), Unsafe.Add(ref r2, c), Unsafe.Add(ref r3, c));
                Unsafe.Add(ref target, c) += (f0 * a0) + (f1 * a1) + (f2 * a2) + (f3 * a3);
            }
        }

        for (; i < factors.Length; i++)
        {
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(rows.AsSpan(start + (i * stride), y.Length), factors[i], y, y);
        }
    }

    /// <summary>The products of <paramref name="x"/> with rows <paramref name="stride"/> apart from <paramref name="start"/> on.</summary>
    public static void DotRows(double[] rows, int start, int stride, ReadOnlySpan<double> x, Span<double> results)
    {
        var width = (nuint)Vector<double>.Count;
        var i = 0;
        ref var source = ref MemoryMarshal.GetReference(x);
        for (; i + 4 <= results.Length; i += 4)
        {
            ref var r0 = ref rows.AsSpan(start + (i * stride), x.Length).Ref();
            ref var r1 = ref rows.AsSpan(start + ((i + 1) * stride), x.Length).Ref();
            ref var r2 = ref rows.AsSpan(start + ((i + 2) * stride), x.Length).Ref();
            ref var r3 = ref rows.AsSpan(start + ((i + 3) * stride), x.Length).Ref();
            var (s0, s1, s2, s3) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
            nuint c = 0;
            for (; c + width <= (nuint)x.Length; c += width)
            {
                var part = Vector.LoadUnsafe(ref source, c);
                s0 = Vector.FusedMultiplyAdd(part, Vector.LoadUnsafe(ref r0, c), s0);
                s1 = Vector.FusedMultiplyAdd(part, Vector.LoadUnsafe(ref r1, c), s1);
                s2 = Vector.FusedMultiplyAdd(part, Vector.LoadUnsafe(ref r2, c), s2);
                s3 = Vector.FusedMultiplyAdd(part, Vector.LoadUnsafe(ref r3, c), s3);
            }

            var (t0, t1, t2, t3) = (Vector.Sum(s0), Vector.Sum(s1), Vector.Sum(s2), Vector.Sum(s3));
            for (; c < (nuint)x.Length; c++)
            {
                var part = Unsafe.Add(ref source, c);
                t0 += part * Unsafe.Add(ref r0, c);
                t1 += part * Unsafe.Add(ref r1, c);
                t2 += part * Unsafe.Add(ref r2, c);
                t3 += part * Unsafe.Add(ref r3, c);
            }

            (results[i], results[i + 1], results[i + 2], results[i + 3]) = (t0, t1, t2, t3);
        }

        for (; i < results.Length; i++)
        {
            results[i] = System.Numerics.Tensors.TensorPrimitives.Dot<double>(rows.AsSpan(start + (i * stride), x.Length), x);
        }
    }

    /// <summary>
    /// Four rows of a symmetric matrix left of the diagonal's block, each read once for both its products: y += Σᵢ xᵢ·rowᵢ, and the sums of rowᵢ·v.
    /// </summary>
    public static (double S0, double S1, double S2, double S3) SymmetricRows(
        double[] rows, int start, int stride, ReadOnlySpan<double> x, ReadOnlySpan<double> v, Span<double> y)
    {
        var width = (nuint)Vector<double>.Count;
        var length = (nuint)y.Length;
        ref var r0 = ref rows.AsSpan(start, y.Length).Ref();
        ref var r1 = ref rows.AsSpan(start + stride, y.Length).Ref();
        ref var r2 = ref rows.AsSpan(start + (2 * stride), y.Length).Ref();
        ref var r3 = ref rows.AsSpan(start + (3 * stride), y.Length).Ref();
        ref var vector = ref MemoryMarshal.GetReference(v[..y.Length]);
        ref var target = ref y.Ref();
        var (x0, x1, x2, x3) = (new Vector<double>(x[0]), new Vector<double>(x[1]), new Vector<double>(x[2]), new Vector<double>(x[3]));
        var (s0, s1, s2, s3) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        nuint c = 0;
        for (; c + width <= length; c += width)
        {
            var (a0, a1) = (Vector.LoadUnsafe(ref r0, c), Vector.LoadUnsafe(ref r1, c));
            var (a2, a3) = (Vector.LoadUnsafe(ref r2, c), Vector.LoadUnsafe(ref r3, c));
            var part = Vector.LoadUnsafe(ref vector, c);
            s0 = Vector.FusedMultiplyAdd(a0, part, s0);
            s1 = Vector.FusedMultiplyAdd(a1, part, s1);
            s2 = Vector.FusedMultiplyAdd(a2, part, s2);
            s3 = Vector.FusedMultiplyAdd(a3, part, s3);
            var first = Vector.FusedMultiplyAdd(a0, x0, Vector.LoadUnsafe(ref target, c));
            var second = Vector.FusedMultiplyAdd(a2, x2, a1 * x1);
            (Vector.FusedMultiplyAdd(a3, x3, first) + second).StoreUnsafe(ref target, c);
        }

        var (t0, t1, t2, t3) = (Vector.Sum(s0), Vector.Sum(s1), Vector.Sum(s2), Vector.Sum(s3));
        for (; c < length; c++)
        {
            var (a0, a1, a2, a3) = (Unsafe.Add(ref r0, c), Unsafe.Add(ref r1, c), Unsafe.Add(ref r2, c), Unsafe.Add(ref r3, c));
            var part = Unsafe.Add(ref vector, c);
            (t0, t1, t2, t3) = (t0 + (a0 * part), t1 + (a1 * part), t2 + (a2 * part), t3 + (a3 * part));
            Unsafe.Add(ref target, c) += (a0 * x[0]) + (a1 * x[1]) + (a2 * x[2]) + (a3 * x[3]);
        }

        return (t0, t1, t2, t3);
    }

    private static ref double Ref(this Span<double> span) => ref MemoryMarshal.GetReference(span);
}
