using System.Globalization;
using System.Runtime.InteropServices;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>Turns the manifest's <c>device</c> into a device that has proved itself.</summary>
public static class DeviceSelector
{
    /// <summary>What stands before ONNX Runtime's version in a device class.</summary>
    public const string RuntimeMark = "+ort";

    /// <summary>The words a manifest may use, besides an index as in <c>cuda:1</c>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["auto", .. DeviceCatalogue.Kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    /// <summary>The kinds of device in the order of <c>auto</c>.</summary>
    public static IReadOnlyList<string> Order { get; } = [.. DeviceCatalogue.Kinds.Select(kind => kind.Name)];

    /// <summary>ONNX Runtime's version, such as <c>1.29.0</c>.</summary>
    public static string RuntimeVersion => OrtEnvironment.Version;

    /// <summary>
    /// Starts the device asked for: <c>auto</c> (the first of the catalogue that starts, passes a small self-test, is no software and is not slower than the CPU), or one by name,
    /// with an index where there are several (<c>cuda:1</c>).
    /// </summary>
    /// <exception cref="DiagnosticException">The word is unknown (MOC5011), or a device asked for by name does not start (MOC5012).</exception>
    public static Device Select(string requested)
    {
        var (word, index) = Parse(requested);
        return word == "auto" ? SelectFirst() : SelectNamed(DeviceCatalogue.Find(word), index);
    }

    /// <summary>The first device of a kind of <see cref="Order"/>, or why it cannot be used.</summary>
    public static (Device? Device, string? Obstacle) Probe(string kind) => Probe(DeviceCatalogue.Find(kind), 0);

    private static Device SelectFirst()
    {
        var failures = new List<(string Kind, string Reason)>();
        foreach (var kind in DeviceCatalogue.Kinds)
        {
            if (Refuse(kind) is { } reason)
            {
                failures.Add((kind.Name, reason));
            }
            else
            {
                return Make(kind, 0, string.Join("; ", Summary(failures).Prepend($"{kind.Name} chosen by auto")));
            }
        }

        throw DidNotStart("auto", string.Join("; ", Summary(failures)), "Reinstall the tool: even its CPU provider does not work here.");
    }

    private static IEnumerable<string> Summary(IEnumerable<(string Kind, string Reason)> failures) =>
        failures.GroupBy(failure => failure.Reason, failure => failure.Kind).Select(group => $"{string.Join(", ", group)}: {group.Key}");

    // Nobody is served by a device that works and takes longer: a driver in software, or a GPU that is slower than the processor.
    private static string? Refuse(DeviceKind kind)
    {
        if (Obstacle(kind, 0) is { } obstacle)
        {
            return obstacle;
        }

        if (kind.Name == DeviceCatalogue.Cpu)
        {
            return SelfTest.Run(Make(kind, 0, ""));
        }

        return kind.Describe(0).Software is { } software ? $"{software}; 'device: {kind.Name}' takes it all the same"
            : SelfTest.Run(Make(kind, 0, "")) is { } failure ? failure
            : Slower(kind);
    }

    private static string? Slower(DeviceKind kind)
    {
        try
        {
            return SpeedTest.Measure(Make(kind, 0, "")) < SpeedTest.Measure(Make(DeviceCatalogue.Find(DeviceCatalogue.Cpu), 0, ""))
                ? $"it multiplies matrices slower than the CPU; 'device: {kind.Name}' takes it all the same"
                : null;
        }
        catch (DiagnosticException failure)
        {
            return failure.Message.TrimEnd('.');
        }
    }

    private static Device SelectNamed(DeviceKind kind, int index)
    {
        var (device, obstacle) = Probe(kind, index);
        return device ?? throw DidNotStart(index == 0 ? kind.Name : $"{kind.Name}:{index}", obstacle!, "Use 'device: auto' or 'device: cpu'.");
    }

    /// <summary>The device, or why it cannot be used.</summary>
    internal static (Device? Device, string? Obstacle) Probe(DeviceKind kind, int index) => (Obstacle(kind, index) ?? SelfTest.Run(Make(kind, index, ""))) is { } failure
        ? (null, failure)
        : (Make(kind, index, $"{kind.Name} as asked"), null);

    private static string? Obstacle(DeviceKind kind, int index) =>
        index != 0 && !kind.HasIndex ? $"there is one {kind.Name} device only, without an index"
        : !OrtEnvironment.Instance.GetAvailableProviders().Contains(kind.Provider) ? kind.Absent() ?? $"it needs {kind.Needs}; ONNX Runtime's library for {RuntimeInformation.RuntimeIdentifier} has no {kind.Provider}"
        : kind.Missing();

    private static Device Make(DeviceKind kind, int index, string note)
    {
        var facts = kind.Describe(index);
        return new Device(kind.Name, index, $"{kind.Name}/{facts.Name}{RuntimeMark}{RuntimeVersion}", note, facts.MemoryBytes);
    }

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
