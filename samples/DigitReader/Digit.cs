namespace DigitReader;

/// <summary>A test image: 28×28 grey values from 0 (paper) to 255 (ink), and the digit that was written.</summary>
internal sealed record Digit(byte[] Pixels, long Label)
{
    public const int Size = 28;
}
