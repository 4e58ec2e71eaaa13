namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for when it meets <c>init</c>, and netstandard2.0 does not have.</summary>
internal static class IsExternalInit;
