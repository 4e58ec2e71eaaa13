using System.Globalization;

namespace ModelOptimizer.Methods.Common;

/// <summary>Whether what a method predicts to need fits into this machine.</summary>
internal static class MachineMemory
{
    /// <summary>Checks a prediction before anything is computed.</summary>
    /// <param name="needed">Bytes.</param>
    /// <param name="work">What needs them, as the subject of a sentence.</param>
    /// <param name="advice">From the bytes that there are to what can be done, as a sentence.</param>
    /// <param name="position">Where the step is written.</param>
    /// <exception cref="DiagnosticException">There is not so much memory.</exception>
    public static void Require(long needed, string work, Func<long, string> advice, SourcePosition? position)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
        {
            throw new DiagnosticException(
                MethodCodes.TooMuchMemory,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{work} takes about {needed / 1e9:0.0} GB, and this machine has {available / 1e9:0.0} GB. {advice(available)}"
                ),
                position
            );
        }
    }
}
