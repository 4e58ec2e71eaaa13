using DigitGenerator;

if (args is not [var sampleData, var training])
{
    Console.Error.WriteLine("usage: DigitGenerator <folder for the sample's data> <folder for the training data>");
    return 2;
}

Directory.CreateDirectory(sampleData);
Directory.CreateDirectory(training);

// Different seeds: no digit is in two sets.
DigitSet.Write(40_000, seed: 1).Save(Path.Combine(training, "digits-fit.npz"));
DigitSet.Write(1_000, seed: 2).Save(Path.Combine(sampleData, "digits-train.npz"));
DigitSet.Write(8_000, seed: 3).Save(Path.Combine(sampleData, "digits-test.npz"));
return 0;
