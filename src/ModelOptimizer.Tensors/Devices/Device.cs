using System.Text.RegularExpressions;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>Where ONNX Runtime computes.</summary>
/// <param name="Kind">The manifest's word: <c>cpu</c>, <c>cuda</c>, <c>webgpu</c>, <c>directml</c> or <c>coreml</c>.</param>
/// <param name="Index">Which device of that kind.</param>
/// <param name="DeviceClass">Provider, its device and ONNX Runtime's version in one word, such as <c>cpu/x64/avx512-vnni+ort1.30.0</c>: equal classes give
/// equal bytes.</param>
/// <param name="Note">One line: what was chosen and why the others were not.</param>
/// <param name="MemoryBytes">Its memory; null where nobody says.</param>
internal sealed partial record Device(string Kind, int Index, string DeviceClass, string Note, long? MemoryBytes = null)
{
    /// <summary>The part of <see cref="Note"/> that says why others were not chosen; empty where there is none.</summary>
    public string Others { get; init; } = "";

    /// <summary>The note without that part, for logs: what each device lacks is <c>modelopt doctor</c>'s to say.</summary>
    public string Line => Others.Length == 0 ? Note : Note.Replace($"; {Others}", " ('modelopt doctor' says why no other)", StringComparison.Ordinal);

    /// <summary>What stands before ONNX Runtime's version in a device class.</summary>
    public const string RuntimeMark = "+ort";

    /// <summary>The class with a linear algebra that need not be loaded, then in the version that <paramref name="other"/>, a class too, has of it.</summary>
    public string ClassWith(string word, string other) => word == LinearAlgebraWord.BuiltIn || LinearAlgebra().Match(DeviceClass).Length > 0
        ? DeviceClass
        : LinearAlgebra().Replace(DeviceClass, LinearAlgebra().Match(other) is { Length: > 0 } match ? match.Value : "+" + word, count: 1);

    /// <summary>The same device with another linear algebra, whose <paramref name="identity"/> is a part of the class.</summary>
    internal Device WithLinearAlgebra(string identity) => this with
    {
        DeviceClass = DeviceClass.Replace(RuntimeMark, $"+{identity}{RuntimeMark}", StringComparison.Ordinal),
        Note = $"{Note}; linear algebra by {identity}",
    };

    // Empty for the built-in one.
    [GeneratedRegex($@"(\+{LinearAlgebraWord.TorchSharp}[^+]*)?(?=\{RuntimeMark})")]
    private static partial Regex LinearAlgebra();
}

/// <summary>What a manifest may write as <c>linear-algebra</c>.</summary>
internal static class LinearAlgebraWord
{
    /// <summary>What every installation has.</summary>
    public const string BuiltIn = "built-in";

    public const string TorchSharp = "torchsharp";
}
