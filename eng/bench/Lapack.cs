using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Bench;

/// <summary>
/// Decompositions by the system's OpenBLAS, Debian's package libopenblas0-pthread, for comparison. Results are not read; a square matrix is as good as its
/// transpose.
/// </summary>
internal static class Lapack
{
    private const string Library = "libopenblas.so.0";

    /// <summary>Which kernels run, on how many threads; null where the library is not installed.</summary>
    public static string? Description { get; } =
        NativeLibrary.TryLoad(Library, out _) ? $"OpenBLAS, {Marshal.PtrToStringUTF8(CoreName())} kernels, {Threads()} threads" : null;

    /// <summary>Eigenvalues, and eigenvectors too, by divide and conquer (dsyevd).</summary>
    public static void SymmetricEigen(Matrix a, bool vectors)
    {
        var job = vectors ? "V"u8 : "N"u8;
        var (n, values, info) = (a.Rows, new double[a.Rows], 0);
        var copy = (double[])a.Values.Clone();
        var (work, integers, ask) = (new double[1], new int[1], -1);
        Dsyevd(in job[0], in "L"u8[0], in n, copy, in n, values, work, in ask, integers, in ask, ref info);
        (work, integers) = (new double[(int)work[0]], new int[integers[0]]);
        var (doubles, ints) = (work.Length, integers.Length);
        Dsyevd(in job[0], in "L"u8[0], in n, copy, in n, values, work, in doubles, integers, in ints, ref info);
        Check(info);
    }

    /// <summary>The thin singular value decomposition (dgesdd).</summary>
    public static void Svd(Matrix a)
    {
        var (m, n, thin, info, ask) = (a.Rows, a.Columns, Math.Min(a.Rows, a.Columns), 0, -1);
        var copy = (double[])a.Values.Clone();
        var (s, u, vt, integers, work) = (new double[thin], new double[m * thin], new double[thin * n], new int[8 * thin], new double[1]);
        Dgesdd(in "S"u8[0], in m, in n, copy, in m, s, u, in m, vt, in thin, work, in ask, integers, ref info);
        work = new double[(int)work[0]];
        var size = work.Length;
        Dgesdd(in "S"u8[0], in m, in n, copy, in m, s, u, in m, vt, in thin, work, in size, integers, ref info);
        Check(info);
    }

    /// <summary>The thin QR of a matrix that is not wide (dgeqrf and dorgqr).</summary>
    public static void Qr(Matrix a)
    {
        var (m, n, info) = (a.Rows, a.Columns, 0);
        var copy = (double[])a.Values.Clone();
        var (tau, work) = (new double[n], new double[64 * n]);
        var size = work.Length;
        Dgeqrf(in m, in n, copy, in m, tau, work, in size, ref info);
        Check(info);
        Dorgqr(in m, in n, in n, copy, in m, tau, work, in size, ref info);
        Check(info);
    }

    private static void Check(int info)
    {
        if (info != 0)
        {
            throw new InvalidOperationException($"LAPACK: {info}.");
        }
    }

    [DllImport(Library, EntryPoint = "openblas_get_corename")]
    private static extern nint CoreName();

    [DllImport(Library, EntryPoint = "openblas_get_num_threads")]
    private static extern int Threads();

    [DllImport(Library, EntryPoint = "dsyevd_")]
    private static extern void Dsyevd(
        in byte job,
        in byte triangle,
        in int n,
        double[] a,
        in int stride,
        double[] w,
        double[] work,
        in int workSize,
        int[] integers,
        in int integersSize,
        ref int info
    );

    [DllImport(Library, EntryPoint = "dgesdd_")]
    private static extern void Dgesdd(
        in byte job,
        in int m,
        in int n,
        double[] a,
        in int stride,
        double[] s,
        double[] u,
        in int strideOfU,
        double[] vt,
        in int strideOfVt,
        double[] work,
        in int workSize,
        int[] integers,
        ref int info);

    [DllImport(Library, EntryPoint = "dgeqrf_")]
    private static extern void Dgeqrf(in int m, in int n, double[] a, in int stride, double[] tau, double[] work, in int workSize, ref int info);

    [DllImport(Library, EntryPoint = "dorgqr_")]
    private static extern void Dorgqr(in int m, in int n, in int k, double[] a, in int stride, double[] tau, double[] work, in int workSize, ref int info);
}
