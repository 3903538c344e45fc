using System.Text;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

public sealed class KeyHashTests
{
    // Published with xxHash and with the Python package of it.
    [Theory]
    [InlineData("", 0, 0xEF46DB3751D8E999)]
    [InlineData("a", 0, 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0, 0x44BC2CF5AD770999)]
    [InlineData("xxhash", 20141025, 0xB559B98D844E0635)]
    [InlineData("Nobody inspects the spammish repetition", 0, 0xFBCEA83C8A378BF1)]
    public void Hash_is_the_one_that_everybody_computes(string text, ulong seed, ulong expected) =>
        KeyHash.Of(Encoding.UTF8.GetBytes(text), seed).ShouldBe(expected);
}
