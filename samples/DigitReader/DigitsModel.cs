namespace DigitReader;

/// <summary>Stands in for the class that the build generates.</summary>
internal static class DigitsModel
{
    public static byte[] Bytes => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models/digits.onnx"));

    public static long SizeInBytes => Bytes.Length;
}
