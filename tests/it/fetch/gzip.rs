//! Gzip bodies, valid and hostile, written by hand: no other test needs a compressor.

const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A good one: a single stored block (RFC 1951 §3.2.4) with checksum and length (RFC 1952).
pub fn stored(plain: &[u8]) -> Vec<u8> {
    let length = u16::try_from(plain.len()).expect("one block");
    let mut bytes = HEAD.to_vec();
    bytes.push(1);
    bytes.extend(length.to_le_bytes());
    bytes.extend((!length).to_le_bytes());
    bytes.extend(plain);
    bytes.extend(crc32(plain).to_le_bytes());
    bytes.extend(u32::from(length).to_le_bytes());
    bytes
}

/// About 258 zeros for each 13 bits: a zero, then `copies` times "the last byte, 258 times" in fixed codes (§3.2.6).
pub fn bomb(copies: usize) -> Vec<u8> {
    let opening = [1, 1, 0].into_iter().chain([0, 0, 1, 1, 0, 0, 0, 0]);
    let copy = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let bits: Vec<u8> = opening.chain(copy.into_iter().cycle().take(copies * copy.len())).collect();
    let packed = bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
    HEAD.into_iter().chain(packed).collect()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}
