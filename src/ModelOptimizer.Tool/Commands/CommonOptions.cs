using System.CommandLine;
using ModelOptimizer.Tensors.Execution;

namespace ModelOptimizer.Tool.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document and nothing else." };

    public static Option<string?> Cache() =>
        new("--cache") { Description = "Folder of finished results [default: $ModelOptimizerCache, or in the user's cache folder].", HelpName = "folder" };

    /// <param name="purpose">What naming a device is for, as a sentence.</param>
    public static Option<string?> Device(string purpose)
    {
        var device = new Option<string?>("--device") { Description = $"{purpose} {DeviceSelector.Expected}", HelpName = "device" };
        device.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } word && !DeviceSelector.Knows(word))
            {
                result.AddError($"There is no device '{word}'. {DeviceSelector.Expected}");
            }
        });
        return device;
    }
}
