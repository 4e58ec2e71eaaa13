using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Execution;

/// <summary>Turns the manifest's <c>device</c> into a device that has proved itself.</summary>
internal static partial class DeviceSelector
{
    /// <summary>The words a manifest may use, besides an index as in <c>cuda:1</c>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["auto", .. DeviceCatalogue.Kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    /// <summary>What a manifest may say, for messages.</summary>
    public static string Expected { get; } =
        $"Devices: {string.Join(", ", Words)}; cuda:1 is the second of its kind, {Plugins.Prefix}NAME a provider of {Plugins.Variable}.";

    /// <summary>The kinds of device in the order of <c>auto</c>.</summary>
    public static IReadOnlyList<string> Order { get; } = [.. DeviceCatalogue.Kinds.Select(kind => kind.Name)];

    /// <summary>ONNX Runtime's version, such as <c>1.30.0</c>.</summary>
    public static string RuntimeVersion => OrtEnvironment.Version;

    /// <summary>
    /// Starts the device asked for: <c>auto</c> (the first of the catalogue that starts, passes a small self-test, is no software and is not slower than the
    /// CPU), or one by name, with an index where there are several (<c>cuda:1</c>), or by the provider of a plug-in (<c>plugin:NAME</c>).
    /// </summary>
    /// <exception cref="DiagnosticException">The word is unknown (MOC5011), or a device asked for by name does not start (MOC5012).</exception>
    public static Device Select(string requested)
    {
        var (word, index) = Parse(requested);
        var device = word == "auto" ? SelectFirst() : SelectNamed(DeviceCatalogue.Find(word), index);
        return RuntimeDirectory.Remark is { } remark ? device with { Note = $"{device.Note}; {remark}" } : device;
    }

    /// <summary>Whether <see cref="Select"/> would know the word; not whether the device is there.</summary>
    public static bool Knows(string requested) => Read(requested) is not null;

    /// <summary>The first device of a kind of <see cref="Order"/>, or why it cannot be used.</summary>
    public static (Device? Device, string? Obstacle) Probe(string kind) => Probe(DeviceCatalogue.Find(kind), 0);

    /// <summary>The package that brings the provider of a device asked for; null where the tool has it, or nothing does.</summary>
    /// <exception cref="DiagnosticException">The word is unknown (MOC5011).</exception>
    public static RuntimePackage? PackageFor(string requested) =>
        Parse(requested).Word is var word && word == "auto" ? null : DeviceCatalogue.Find(word).Package;

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
                var others = string.Join("; ", Summary(failures));
                return Make(kind, 0, $"{kind.Name} chosen by auto{(others.Length == 0 ? "" : $"; {others}")}") with { Others = others };
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

    /// <summary>The device, or why it cannot be used and what to do about it.</summary>
    internal static (Device? Device, string? Obstacle) Probe(DeviceKind kind, int index) =>
        (Obstacle(kind, index) ?? SelfTest.Run(Make(kind, index, ""))) is { } failure
            ? (null, failure == kind.Package?.Missing ? kind.Package.MissingWithRemedy : failure)
            : (Make(kind, index, $"{kind.Name} as asked"), null);

    private static string? Obstacle(DeviceKind kind, int index) =>
        index != 0 && !kind.HasIndex ? $"there is one {kind.Name} device only, without an index"
        : Plugins.NameOf(kind.Name) is null && !OrtEnvironment.Instance.GetAvailableProviders().Contains(kind.Provider) ? Absent(kind)
        : kind.Missing();

    private static string Absent(DeviceKind kind) =>
        kind.Package is not { } package ? $"it needs {kind.Needs}; ONNX Runtime's library for {RuntimeInformation.RuntimeIdentifier} has no {kind.Provider}"
        : RuntimeDirectory.Refusal is { } refusal ? refusal
        : RuntimeDirectory.Folder is { } folder
            ? $"the library in {folder}, which {RuntimeDirectory.Source} names, has no {kind.Provider}; that of the package {package.Id} has"
        : package.Missing;

    private static Device Make(DeviceKind kind, int index, string note)
    {
        var facts = kind.Describe(index);
        return new Device(kind.Name, index, $"{kind.Name}/{facts.Name}{Device.RuntimeMark}{RuntimeVersion}", note, facts.MemoryBytes);
    }

    private static (string Word, int Index) Parse(string requested) =>
        Read(requested) ?? throw new DiagnosticException(TensorsCodes.UnknownDevice, $"There is no device '{requested}'. {Expected}");

    private static (string Word, int Index)? Read(string requested)
    {
        if (Plugins.NameOf(requested) is { Length: > 0 })
        {
            return (requested, 0);
        }

        var match = Indexed().Match(requested);
        var (kind, index) = (match.Groups["kind"].Value, match.Groups["index"].Value);
        return !match.Success || !Words.Contains(kind) ? null
            : index.Length == 0 ? (kind, 0)
            : kind is "auto" or DeviceCatalogue.Cpu ? null
            : (kind, int.Parse(index, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("^(?<kind>[a-z]+)(:(?<index>[0-9]{1,3}))?\\z")]
    private static partial Regex Indexed();

    private static DiagnosticException DidNotStart(string device, string reason, string remedy) =>
        new(TensorsCodes.DeviceDidNotStart, $"The device '{device}' cannot be used: {reason}. {remedy}");
}
