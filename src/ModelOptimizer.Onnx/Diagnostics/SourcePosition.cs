namespace ModelOptimizer.Diagnostics;

/// <summary>A place in a file; line and column start at 1, and 0 means the file as a whole.</summary>
internal sealed record SourcePosition(string File, int Line = 0, int Column = 0);
