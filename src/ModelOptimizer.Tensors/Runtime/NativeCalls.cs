using System.Globalization;
using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>
/// Tells whoever watches this process what native code is doing, since nothing in the process can tell of it when native code ends it or does not return.
/// Without a watcher it costs a test of a field.
/// </summary>
internal static class NativeCalls
{
    // For the slowest machine under the heaviest load. A GPU's libraries may compile their programs when they are first used.
    private const int LeastSeconds = 60;
    private const int LeastSecondsWithDevice = 600;
    private const long BytesPerSecond = 100_000;

    // What lies between a model's tensors is larger than its weights and inputs, but not without bounds. The libraries of GPUs take some themselves.
    private const long LeastBytes = 2L << 30;
    private const long LeastBytesWithDevice = 8L << 30;
    private const long MostGrowth = 1000;

    /// <summary>The environment variable for the seconds of a call, where no manifest says them.</summary>
    public const string TimeVariable = "ModelOptimizerTimeout";

    /// <summary>The environment variable for the memory of a call, in GB.</summary>
    public const string MemoryVariable = "ModelOptimizerMemory";

    private static CallMarker? _marker;
    private static ModelInHand? _hand;

    /// <summary>Writes into <paramref name="marker"/> from here on.</summary>
    public static void Report(CallMarker marker) => _marker = marker;

    /// <summary>Names the model that all work is about until the result is disposed of.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="seconds">How long a call on it may take; null for a time that goes with its size.</param>
    public static IDisposable Take(string model, int? seconds) => _hand = new ModelInHand(model, seconds);

    /// <summary>Notes a call, which ends when the result is disposed of.</summary>
    /// <param name="work">What it does.</param>
    /// <param name="model">The file of the model, or of the one it was made from; null for a graph of our own, which always ends.</param>
    /// <param name="bytes">The size of the model and of what it is given.</param>
    /// <param name="onDevice">Whether a device's libraries take part.</param>
    /// <exception cref="DiagnosticException">An environment variable for a limit is no positive number (MOC2309).</exception>
    public static Noted Begin(NativeWork work, string? model, long bytes, bool onDevice) =>
        _marker is { } marker ? Begin(marker, work, model, bytes, onDevice) : new Noted(null, -1);

    /// <summary>Notes a call in <paramref name="marker"/>.</summary>
    internal static Noted Begin(CallMarker marker, NativeWork work, string? model, long bytes, bool onDevice)
    {
        var hand = _hand;
        var call = model is null
            ? new NativeCall(work, hand?.Model, Seconds: 0, Bytes: 0)
            : new NativeCall(
                work,
                model,
                hand?.Seconds ?? (int)Math.Min(
                    int.MaxValue,
                    Value(TimeVariable, "seconds") ?? (onDevice ? LeastSecondsWithDevice : LeastSeconds) + (bytes / BytesPerSecond)),
                Value(MemoryVariable, "GB") is { } gigabytes
                    ? (long)Math.Min(long.MaxValue, 1e9 * gigabytes)
                    : (onDevice ? LeastBytesWithDevice : LeastBytes) + (MostGrowth * Math.Min(bytes, long.MaxValue / MostGrowth / 2))
            );
        return new Noted(marker, marker.Begin(call));
    }

    private static double? Value(string variable, string unit) => Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 ? value
        : throw new DiagnosticException(
            TensorsCodes.BadLimit,
            $"The environment variable {variable} is '{text}'. Write a number of {unit} above 0, or remove it.");

    /// <summary>A call that was noted.</summary>
    public readonly struct Noted(CallMarker? marker, int index) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            if (index >= 0)
            {
                marker?.End(index);
            }
        }
    }

    private sealed record ModelInHand(string Model, int? Seconds) : IDisposable
    {
        public void Dispose() => _hand = null;
    }
}
