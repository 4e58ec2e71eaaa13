using DigitGenerator;

if (args is not [var folder])
{
    Console.Error.WriteLine("usage: DigitGenerator <folder for the sample's data>");
    return 2;
}

Directory.CreateDirectory(folder);

// Different seeds: no digit is in two sets. Seed 1 is the training's.
DigitSet.Write(1_000, seed: 2).Save(Path.Combine(folder, "digits-train.npz"));
DigitSet.Write(8_000, seed: 3).Save(Path.Combine(folder, "digits-test.npz"));
return 0;
