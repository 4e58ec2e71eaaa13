using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>Turns the manifest's <c>device</c> into a device that has proved itself.</summary>
public static class DeviceSelector
{
    /// <summary>The words a manifest may use, besides an index as in <c>cuda:1</c>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["auto", .. DeviceCatalogue.Kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Starts the device asked for: <c>auto</c> (the first of the catalogue that starts and passes a small self-test), or one by name,
    /// with an index where there are several (<c>cuda:1</c>).
    /// </summary>
    /// <exception cref="DiagnosticException">The word is unknown (MOC5011), or a device asked for by name does not start (MOC5012).</exception>
    public static Device Select(string requested)
    {
        var (word, index) = Parse(requested);
        return word == "auto" ? SelectFirst() : SelectNamed(DeviceCatalogue.Find(word), index);
    }

    private static Device SelectFirst()
    {
        var failures = new List<(string Kind, string Reason)>();
        foreach (var kind in DeviceCatalogue.Kinds)
        {
            var failure = Try(kind, 0);
            if (failure is null)
            {
                return Make(kind, 0, string.Join("; ", Summary(failures).Prepend($"{kind.Name} chosen by auto")));
            }

            failures.Add((kind.Name, failure));
        }

        throw DidNotStart("auto", string.Join("; ", Summary(failures)), "Reinstall the tool: even its CPU provider does not work here.");
    }

    private static IEnumerable<string> Summary(IEnumerable<(string Kind, string Reason)> failures) =>
        failures.GroupBy(failure => failure.Reason, failure => failure.Kind).Select(group => $"{string.Join(", ", group)}: {group.Key}");

    private static Device SelectNamed(DeviceKind kind, int index) => Try(kind, index) is not { } failure
        ? Make(kind, index, $"{kind.Name} as asked")
        : throw DidNotStart(index == 0 ? kind.Name : $"{kind.Name}:{index}", failure, "Use 'device: auto' or 'device: cpu'.");

    private static string? Try(DeviceKind kind, int index)
    {
        if (kind.Obstacle is not null)
        {
            return kind.Obstacle;
        }

        if (kind.Name == "cpu" && index != 0)
        {
            return "there is one CPU device only, without an index";
        }

        return SelfTest.Run(Make(kind, index, ""));
    }

    private static Device Make(DeviceKind kind, int index, string note) =>
        new(kind.Name, index, $"{kind.Name}/{kind.Describe(index)}+ort{OrtEnvironment.Version}", note);

    private static (string Word, int Index) Parse(string requested)
    {
        var parts = requested.Split(':');
        var index = 0;
        var wellFormed = parts.Length == 1
            || (parts.Length == 2 && parts[0] != "auto" && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index));
        return wellFormed && Words.Contains(parts[0])
            ? (parts[0], index)
            : throw new DiagnosticException(
                TensorsCodes.UnknownDevice,
                $"Unknown device '{requested}'. Expected one of {string.Join(", ", Words)}, with an index where there are several, as in 'cuda:1'.");
    }

    private static DiagnosticException DidNotStart(string device, string reason, string remedy) =>
        new(TensorsCodes.DeviceDidNotStart, $"The device '{device}' cannot be used: {reason}. {remedy}");
}
