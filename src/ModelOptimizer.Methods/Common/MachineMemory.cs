using System.Globalization;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.Common;

/// <summary>Whether what a method predicts to need stays within what a run may take.</summary>
internal static class MachineMemory
{
    // Moments in memory, dead arrays, and what is kept around a layer in three models.
    private const double MostGrowth = (1.0 / 8) + (1.0 / 10) + (3.0 / 16);

    /// <summary>Checks a prediction before anything is computed.</summary>
    /// <param name="needed">Bytes.</param>
    /// <param name="work">What needs them, as the subject of a sentence.</param>
    /// <param name="advice">From the bytes that there are to what can be done, as a sentence.</param>
    /// <param name="position">Where the step is written.</param>
    /// <exception cref="DiagnosticException">It may not take so much.</exception>
    public static void Require(long needed, string work, Func<long, string> advice, SourcePosition? position)
    {
        var available = WorkingMemory.Limit;
        if (needed > available)
        {
            throw new DiagnosticException(
                MethodCodes.TooMuchMemory,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{work} takes about {needed / 1e9:0.0} GB, and the run may take {available / 1e9:0.0} GB. {advice(available)}{Raise(needed)}"
                ),
                position
            );
        }
    }

    // Half of the machine is the default; more of it can be had. What is kept in memory grows with what is allowed, by two fifths of it at most.
    private static string Raise(double needed)
    {
        var (allowed, machine) = (WorkingMemory.Limit, 2 * WorkingMemory.Half);
        var enough = allowed + ((needed - allowed) / (1 - MostGrowth));
        return enough > machine
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $" Or write 'memory: {Math.Ceiling(enough / 1e8) / 10:0.0} GB' at the top of the manifest: the machine has {machine / 1e9:0.0} GB.");
    }
}
